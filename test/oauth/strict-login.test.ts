import * as oauth from 'oauth4webapi';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  authorize,
  call,
  discover,
  INSECURE,
  introduce,
  introspect,
  KINDS,
  redeem,
  refresh,
  revoke,
  type Strict,
} from './strict-login.ts';
import { openWholeServer, type WholeServer } from './whole-server.ts';

/** oauth4webapi against the whole server, with a user at the built-in identity provider. */
describe('a strict client', () => {
  let whole: WholeServer;
  let mcp: URL;

  beforeAll(async () => {
    whole = await openWholeServer();
    mcp = new URL(whole.mcp);
  });
  afterAll(() => whole.close());
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const failure = (error: string, status = 400) => ({ name: 'ResponseBodyError', error, status });
  const challenge = (parameters: object) => ({
    name: 'WWWAuthenticateChallengeError',
    status: 401,
    cause: [{ scheme: 'bearer', parameters }],
  });
  const DEAD = challenge({ error: 'invalid_token' });

  it('reads the challenge, the metadata of the resource, and that of the server in both forms', async () => {
    const metadataUrl = `${whole.origin}/.well-known/oauth-protected-resource/mcp`;
    await expect(call({ mcp }, 'nonsense')).rejects.toMatchObject(
      challenge({ error: 'invalid_token', resource_metadata: metadataUrl, scope: 'tickets:read' }),
    );
    const found = await oauth.resourceDiscoveryRequest(mcp, INSECURE);
    expect(await oauth.processResourceDiscoveryResponse(mcp, found)).toMatchObject({
      ...{ resource: whole.mcp, scopes_supported: ['tickets:read'], bearer_methods_supported: ['header'] },
    });
    const server = await discover(mcp);
    expect(await discover(mcp, 'oidc')).toEqual(server);
    expect(server).toMatchObject({ issuer: whole.origin, client_id_metadata_document_supported: true });
  });

  it.each(KINDS)('logs in, calls, refreshes and leaves: %s', async (kind) => {
    const strict = await introduce(kind, whole);
    const first = await redeem(strict, await authorize(strict));
    expect(first).toMatchObject({ token_type: 'bearer', expires_in: 900, scope: 'tickets:read' });
    const headers = { authorization: `Bearer ${first.access_token}` };
    const claims = await oauth.validateJwtAccessToken(
      strict.server,
      new Request(mcp, { headers }),
      whole.mcp,
      INSECURE,
    );
    expect(claims).toMatchObject({ client_id: strict.client.client_id, tenant: 'acme', sub: 'user_ada' });
    expect(await call(strict, first.access_token)).toContain('user_ada');

    vi.setSystemTime(Date.now() + 17 * 60_000);
    await expect(call(strict, first.access_token)).rejects.toMatchObject(DEAD);
    const next = await refresh(strict, first.refresh_token);
    expect(next.refresh_token).not.toBe(first.refresh_token);
    expect(await call(strict, next.access_token)).toContain('user_ada');

    await revoke(strict, next.refresh_token);
    await expect(call(strict, next.access_token)).rejects.toMatchObject(DEAD);
    await expect(refresh(strict, next.refresh_token)).rejects.toMatchObject(failure('invalid_grant'));
  });

  describe('with a secret', () => {
    let strict: Strict;
    beforeEach(async () => {
      strict = await introduce('registered, client_secret_basic', whole);
    });

    it('learns by introspection what became of its tokens', async () => {
      const tokens = await redeem(strict, await authorize(strict));
      const expected = { active: true, iss: whole.origin, aud: whole.mcp, scope: 'tickets:read', tenant: 'acme' };
      expect(await introspect(strict, tokens.access_token)).toMatchObject(expected);
      expect(await introspect(strict, tokens.refresh_token)).toMatchObject({ active: true });
      await revoke(strict, tokens.access_token);
      expect(await introspect(strict, tokens.access_token)).toEqual({ active: false });
      expect(await introspect(strict, tokens.refresh_token)).toMatchObject({ active: true });
      await revoke(strict, tokens.refresh_token);
      expect(await introspect(strict, tokens.refresh_token)).toEqual({ active: false });
    });

    it('learns nothing of what others have, and ends nothing of it', async () => {
      const other = await introduce('registered, client_secret_post', whole);
      const tokens = await redeem(other, await authorize(other));
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        expect(await introspect(strict, token)).toEqual({ active: false });
        await revoke(strict, token).catch(() => undefined);
        expect(await introspect(other, token)).toMatchObject({ active: true });
      }
      await expect(refresh(strict, tokens.refresh_token)).rejects.toMatchObject(failure('invalid_grant'));
      await refresh(other, tokens.refresh_token);
    });

    it('is nobody with another secret, and nobody without one may introspect', async () => {
      const guessing = { ...strict, auth: oauth.ClientSecretBasic('another') };
      // RFC 6749 §5.2: whoever came with Authorization is answered with a challenge.
      const refused = { name: 'WWWAuthenticateChallengeError', status: 401 };
      await expect(refresh(guessing, 'token')).rejects.toMatchObject(refused);
      await expect(introspect(guessing, 'token')).rejects.toMatchObject(refused);
      const open = await introduce('registered, none', whole);
      await expect(introspect(open, 'token')).rejects.toMatchObject({ status: 401 });
    });
  });

  describe('without one', () => {
    let strict: Strict;
    beforeEach(async () => {
      strict = await introduce('registered, none', whole);
    });

    it('34 loses everything of a code that is redeemed twice', async () => {
      const answered = await authorize(strict);
      const tokens = await redeem(strict, answered);
      await expect(redeem(strict, answered)).rejects.toMatchObject(failure('invalid_grant'));
      await expect(call(strict, tokens.access_token)).rejects.toMatchObject(DEAD);
      await expect(refresh(strict, tokens.refresh_token)).rejects.toMatchObject(failure('invalid_grant'));
    });

    it('38 39 gets the same successor until that is used, and then loses the grant', async () => {
      const { refresh_token: first } = await redeem(strict, await authorize(strict));
      const once = await refresh(strict, first);
      expect((await refresh(strict, first)).refresh_token).toBe(once.refresh_token);
      const twice = await refresh(strict, once.refresh_token);
      await expect(refresh(strict, first)).rejects.toMatchObject(failure('invalid_grant'));
      await expect(refresh(strict, twice.refresh_token)).rejects.toMatchObject(failure('invalid_grant'));
      await expect(call(strict, twice.access_token)).rejects.toMatchObject(DEAD);
    });

    it('33 37 redeems a code only with its verifier, its redirect URI and its own id', async () => {
      const other = await introduce('document, none', whole);
      const wrong = async (change: Partial<Awaited<ReturnType<typeof authorize>>>, as = strict) => {
        const answered = await authorize(strict);
        await expect(redeem(as, { ...answered, ...change })).rejects.toMatchObject(failure('invalid_grant'));
      };
      await wrong({ verifier: oauth.generateRandomCodeVerifier() });
      await wrong({ redirect: 'http://127.0.0.1:7778/callback' });
      await wrong({}, other);
    });

    it('is sent back with an error where it asks without PKCE, with the plain one, or for another resource', async () => {
      const refused = { name: 'AuthorizationResponseError', error: 'invalid_request' };
      await expect(authorize(strict, { code_challenge: '' })).rejects.toMatchObject(refused);
      await expect(authorize(strict, { code_challenge_method: 'plain' })).rejects.toMatchObject(refused);
      await expect(authorize(strict, { resource: 'https://other.example/mcp' })).rejects.toMatchObject({
        ...{ name: 'AuthorizationResponseError', error: 'invalid_target' },
      });
    });

    it('40 gets no other resource, and no more scopes than were granted', async () => {
      const tokens = await redeem(strict, await authorize(strict));
      const more = { resource: 'https://other.example/mcp' };
      await expect(refresh(strict, tokens.refresh_token, more)).rejects.toMatchObject(failure('invalid_target'));
      const scope = 'tickets:read tickets:write';
      await expect(refresh(strict, tokens.refresh_token, { scope })).rejects.toMatchObject(failure('invalid_scope'));
      await refresh(strict, tokens.refresh_token);
    });
  });

  it('is told what is wrong with a registration', async () => {
    const server = await discover(mcp);
    const register = async (metadata: object) => {
      const answer = await oauth.dynamicClientRegistrationRequest(server, metadata, INSECURE);
      return oauth.processDynamicClientRegistrationResponse(answer);
    };
    await expect(register({ redirect_uris: ['http://evil.example/cb'] })).rejects.toMatchObject(
      failure('invalid_redirect_uri'),
    );
    const method = { redirect_uris: ['https://a.example/cb'], token_endpoint_auth_method: 'tls_client_auth' };
    await expect(register(method)).rejects.toMatchObject(failure('invalid_client_metadata'));
  });
});
