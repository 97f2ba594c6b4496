import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { expectsStatus } from '../gates/expected.ts';
import { basic } from '../oauth/facade-bench.ts';
import { interactionDetails, startFacade } from '../oauth/login/harness.ts';
import { createJar } from '../oauth/login/jar.ts';
import { type Authorization, openAuthorization, proof, SERVICE_SECRET } from './authorization.ts';

expectsStatus(503, 'keys of a client that cannot be fetched');

/** Clients whose id is a URL, at the whole server (reference cases 14 to 20). */
let server: Authorization;
let canary: RecordingUpstream;
beforeAll(async () => {
  server = await openAuthorization();
  canary = await createRecordingUpstream();
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await canary?.close();
  // A name is judged when it is connected to: that much reaches who listens there, and not a byte more.
  expect(canary?.traffic.bytes).toBe(0);
});

const port = () => new URL(canary.url).port;
const ask = async (client_id: string) => {
  const { challenge } = proof();
  const { pathname, search } = new URL(server.authorizeUrl({ client_id, code_challenge: challenge }));
  return server.send(pathname + search);
};

/** A page of ours: where, and with which words, is the same for all. */
async function refused(client_id: string): Promise<string> {
  const { status, headers, text } = await ask(client_id);
  expect([client_id, status, headers.get('location')]).toEqual([client_id, 400, null]);
  expect(headers.get('content-type')).toContain('text/html');
  expect(text).toMatch(/req_[0-9a-z]{26}/);
  expect(text).toContain('<code>invalid_client</code>');
  return text.replace(/req_[0-9a-z]{26}/g, '').replace(/nonce="[^"]*"/g, '');
}

describe('security case 14: an id that is a URL', () => {
  test.each([
    'http://client.example/client.json',
    'https://client.example',
    'https://client.example/',
    'https://client.example/./client.json',
    'https://client.example/a/../client.json',
    'https://client.example/%2e%2e/client.json',
    'https://client.example/client.json#fragment',
    'https://client.example/client.json#',
    'https://user:password@client.example/client.json',
    'https://user@client.example/client.json',
    'https://client.example/cli\tent.json',
    'https://client.example\\client.json',
    'https://client.example/cli ent.json',
    'https:/client.example/client.json',
    'https:client.example/client.json',
    'HTTPS://client.example/client.json',
    'ftp://client.example/client.json',
    `https://client.example/${'a'.repeat(4_000)}`,
    ' https://client.example/client.json',
  ])('in another form is nobody’s: %j', async (id) => {
    await refused(id);
  });
});

describe('security case 15: an id that leads inside', () => {
  const HOSTS: readonly string[] = [
    ...['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '①②⑦.⓪.⓪.①', '127。0。0。1', '0', 'localhost'],
    ...['localhost.', '[::]', '[::1]', '[::ffff:7f00:1]', '[::7f00:1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]'],
    ...['[fe80::1]', '[fd00:ec2::254]', '169.254.169.254', '100.64.0.1', '10.0.0.1', '0.0.0.0'],
  ];

  test('is answered as one that is not there, and nobody inside hears a byte', async () => {
    // Spellings that a parser writes otherwise are no client ids, wherever they lead.
    const other = await refused('https://client.example/%2e%2e/client.json');
    const foreign = await refused('https://client.example/①.json');
    const down = await refused('https://down.invalid/client.json');
    for (const host of HOSTS) {
      const id = `https://${host}:${port()}/client.json`;
      const wanted = new URL(id).href === id ? down : /^[\x20-\x7e]*$/.test(id) ? other : foreign;
      expect([host, await refused(id)]).toEqual([host, wanted]);
    }
    expect(canary.requests).toEqual([]);
  });

  test('is where no key comes from: a client that signs is not known by it, and nobody inside hears a byte', async () => {
    // An address is refused at registration; of a name it is known when it is connected to.
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: `https://localhost:${port()}/jwks` };
    const id = await server.client(keys);
    const { privateKey } = await generateKeyPair('ES256');
    const assertion = await new SignJWT({ jti: 'j' })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(server.origin)
      .setExpirationTime('1m')
      .sign(privateKey);
    const { status, json } = await server.post('/oauth/token', {
      ...{ grant_type: 'authorization_code', code: 'x', client_assertion: assertion },
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    expect([status, json['error']]).toEqual([503, 'temporarily_unavailable']);
    expect(canary.requests).toEqual([]);
  });
});

describe('security case 20: a client that says to be another', () => {
  test('is shown by the host of its document and by where it leads, warned about, and asked for every time', async () => {
    const facade = await startFacade();
    try {
      const base = interactionDetails('x', 0);
      const metadata = {
        ...base.client.metadata,
        client_id: 'https://claude.ai/oauth/client.json',
        client_name: 'Claude',
        redirect_uris: ['http://127.0.0.1/cb'],
      };
      const over = {
        client: { ...base.client, metadata, origin: 'document' as const },
        redirectUri: 'http://127.0.0.1:4711/cb',
      };
      const toClient = (url: string) => url.startsWith('http://127.0.0.1:4711/');
      const jar = createJar();
      for (const _ of ['first', 'second']) {
        const page = await jar.open(facade.begin(over));
        for (const part of ['claude.ai', '127.0.0.1:4711', 'any program can take this name']) {
          expect(page.text).toContain(part);
        }
        expect(page.text).toContain('name="decision" value="approve"');
        const login = await jar.submit(page, { decision: 'approve' }, toClient);
        if (login.text.includes('name="user"')) await jar.submit(login, { user: 'user_ada' }, toClient);
      }
    } finally {
      await facade.close();
    }
  });

  test('signs with its own key, for us, for minutes, once', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' };
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } };
    const id = await server.client({ ...keys, client_name: 'Signer' });
    const granted = await server.consent(id);
    let count = 0;
    interface Over {
      readonly audience?: string | string[];
      readonly expires?: string;
      readonly issuer?: string;
      readonly header?: object;
      readonly key?: Parameters<SignJWT['sign']>[0];
      readonly jti?: string;
    }
    const signed = ({ audience, expires = '2m', issuer = id, header, key = privateKey, jti }: Over = {}) =>
      new SignJWT({ jti: jti ?? `jti-${++count}` })
        .setProtectedHeader({ alg: 'ES256', kid: 'k', ...header })
        .setIssuer(issuer)
        .setSubject(id)
        .setAudience(audience ?? server.origin)
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(key);
    const redeem = async (assertion: string) => {
      const { status, json } = await server.redeem(id, granted, {
        client_assertion: assertion,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      });
      return [status, json['error']];
    };
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    const bad: readonly [string, Over][] = [
      ['another server', { audience: 'https://other.example' }],
      ['us and another', { audience: [server.origin, 'https://other.example'] }],
      ['a list of us', { audience: [server.origin] }],
      ['another tenant’s token endpoint', { audience: `${server.origin}/t/globex/oauth/token` }],
      ['six minutes', { expires: '6m' }],
      ['the past', { expires: '-2m' }],
      ['another issuer', { issuer: 'service' }],
      ['a shared secret', { header: { alg: 'HS256' }, key: Buffer.from(JSON.stringify(jwk)) }],
      ['another algorithm', { header: { alg: 'RS256' }, key: rsa }],
      ['a stranger’s key', { key: (await generateKeyPair('ES256')).privateKey }],
    ];
    for (const [what, over] of bad) {
      expect([what, ...(await redeem(await signed(over)))]).toEqual([what, 401, 'invalid_client']);
    }
    const good = await signed({ jti: 'once' });
    expect(await redeem(good)).toEqual([200, undefined]);
    expect(await redeem(good)).toEqual([401, 'invalid_client']);
    expect(await redeem(await signed({ jti: 'once' }))).toEqual([401, 'invalid_client']);
  });

  test('does not come in as one that has a secret without it', async () => {
    const { status, json } = await server.post(
      '/oauth/token',
      { grant_type: 'client_credentials' },
      basic('service', `${SERVICE_SECRET}x`),
    );
    expect([status, json['error']]).toEqual([401, 'invalid_client']);
  });
});
