import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { createEgress } from '../../../src/lib/egress.ts';
import { readRedirectUri } from '../../../src/oauth/clients/redirect-uri.ts';
import { createAdminHttp } from '../../../src/oauth/translate/admin-http.ts';
import { signedHeaders } from '../../../src/oauth/translate/aws-signature.ts';
import { createCognitoRegistrar } from '../../../src/oauth/translate/cognito-registrar.ts';
import type { NewNativeClient, Registrar } from '../../../src/oauth/translate/registrar.ts';
import { installPrefix } from '../../prefix.ts';

/*
 * Against cognito-local, which knows app clients and no resource servers, and looks at no signature. What it does not know,
 * and the signature, are as the documentation has them.
 */

const ENDPOINT = 'https://mcp.acme.com/mcp';
let stop: () => Promise<void>;
let registrar: Registrar;
let ask: (operation: string, members: object) => Promise<{ readonly [member: string]: unknown }>;

beforeAll(async () => {
  const prefix = await installPrefix('cognito-local', new URL('./prefixes/cognito-local/', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'cognito-'));
  const child = spawn(process.execPath, [prefix.file('cognito-local/lib/bin/start.js')], {
    cwd: folder,
    env: { PORT: '0', HOST: '127.0.0.1', NO_COLOR: '1' },
  });
  const origin = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const port = /running on http:\/\/[^ ]*?:(\d+)/.exec(chunk.toString('utf8'))?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
    child.once('exit', () => reject(new Error('cognito-local ended')));
  });
  ask = async (operation, members) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      authorization: 'none',
    };
    const answer = await fetch(origin, { method: 'POST', headers, body: JSON.stringify(members) });
    return (await answer.json()) as { readonly [member: string]: unknown };
  };
  const { UserPool } = await ask('CreateUserPool', { PoolName: 'acme' });
  const egress = createEgress({ clock: systemClock, allow: [new URL(origin).host] });
  registrar = createCognitoRegistrar(
    {
      ...{ issuer: `${origin}/${(UserPool as { Id: string }).Id}`, endpoint: ENDPOINT, scopes: [`${ENDPOINT}/read`] },
      ...{ tokenEndpoint: 'unused', now: systemClock.now, http: createAdminHttp(egress, 'test') },
      admin: { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI' },
    },
    true,
  );
  stop = async () => {
    child.kill();
    await egress.close();
    await rm(folder, { recursive: true, force: true });
  };
}, 180_000);
afterAll(() => stop());

const client: NewNativeClient = {
  ...{ name: 'Ada’s program (via Postern)', confidential: false, scopes: [`${ENDPOINT}/read`], iss: false },
  redirectUris: ['https://claude.ai/api/mcp/auth_callback', 'http://localhost:7777/callback'].map((uri) => {
    const read = readRedirectUri(uri);
    if ('problem' in read) throw new Error(read.problem);
    return read;
  }),
};

it('creates an app client, finds it there, and deletes it once and again', async () => {
  const { clientId, ref, secret } = await registrar.create(client);
  expect(secret).toBeUndefined();
  expect(await registrar.exists(ref)).toBe(true);
  expect(clientId).toBe(ref);
  await registrar.remove(ref);
  expect(await registrar.exists(ref)).toBe(false);
  await registrar.remove(ref);
});

it('gives a client that can keep a secret one', async () => {
  const { ref, secret } = await registrar.create({ ...client, confidential: true });
  expect(secret).toMatch(/^\w+$/);
  await registrar.remove(ref);
});

it('takes localhost and no other loopback', () => {
  const loopback = (uri: string) => registrar.refuses({ uri, kind: 'loopback', shown: 'localhost' });
  expect(loopback('http://localhost:7777/callback')).toBeUndefined();
  expect(loopback('http://127.0.0.1:7777/callback')).toMatch(/localhost/);
});

it('signs as Signature Version 4 has it: the time, the region and the service are in the scope', () => {
  const { authorization } = signedHeaders(
    {
      url: 'https://cognito-idp.eu-central-1.amazonaws.com/',
      headers: {},
      body: '{}',
      region: 'eu-central-1',
      service: 'cognito-idp',
    },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
    Date.UTC(2026, 0, 1, 12),
  );
  expect(authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260101\/eu-central-1\/cognito-idp\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
  );
});

it.each([
  // Of the test suite of Signature Version 4: post-vanilla and post-x-www-form-urlencoded.
  [{}, '', 'host;x-amz-date', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Param1=value1',
    'content-type;host;x-amz-date',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
])('signs %j %j as the test suite of AWS has it', (headers, body, signed, signature) => {
  const { authorization } = signedHeaders(
    { url: 'https://example.amazonaws.com/', headers: { ...headers }, body, region: 'us-east-1', service: 'service' },
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
    Date.UTC(2015, 7, 30, 12, 36),
  );
  const credential = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request';
  expect(authorization).toBe(
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  );
});
