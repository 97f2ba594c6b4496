import { expect, test } from 'vitest';
import { folder, ran } from './terminal.ts';

const CONFIG = `
server: { url: "https://mcp.acme.test" }
auth:
  facade:
    identityProvider: { issuer: "https://id.acme.test", clientId: postern, tenant: acme }
`;

interface Listed {
  readonly key: string;
  readonly status: string;
  readonly goneAt: string | null;
}

const listed = async (cwd: string): Promise<readonly Listed[]> =>
  JSON.parse((await ran(['signing-keys', 'list', '--json'], cwd)).out);

test('a key follows another in the overlap, or at once', async () => {
  const cwd = folder({ 'postern.yaml': CONFIG });
  expect((await ran(['signing-keys', 'list'], cwd)).out).toMatch(/^No signing keys/);
  const first = await ran(['signing-keys', 'rotate', '--now'], cwd);
  expect(first).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^Made the key [\w-]{43}\. It signs from now on/),
  });
  const next = JSON.parse((await ran(['signing-keys', 'rotate', '--json'], cwd)).out);
  expect(await listed(cwd)).toMatchObject([
    { status: 'signs', goneAt: expect.any(String) },
    { key: next.key, status: 'next', goneAt: null },
  ]);
  const { out } = await ran(['signing-keys', 'list'], cwd);
  expect(out).toMatch(/KEY +SIGNS +FROM +GONE AT +STATUS/);
  expect(out).not.toMatch(/"d"/);
  const last = JSON.parse((await ran(['signing-keys', 'rotate', '--now', '--json'], cwd)).out);
  expect(await listed(cwd)).toMatchObject([{ key: last.key, status: 'signs' }]);
});

test('without a facade there is nothing that signs', async () => {
  const ended = await ran(['signing-keys', 'rotate'], folder());
  expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(/auth\.facade/) });
});

test('those of assertions are rotated by themselves, facade or not', async () => {
  const cwd = folder({ 'postern.yaml': CONFIG });
  const token = JSON.parse((await ran(['signing-keys', 'rotate', '--now', '--json'], cwd)).out);
  const first = JSON.parse((await ran(['signing-keys', 'rotate', '--assertions', '--now', '--json'], cwd)).out);
  const second = JSON.parse((await ran(['signing-keys', 'rotate', '--assertions', '--now', '--json'], cwd)).out);
  expect(second.key).not.toBe(first.key);
  expect(await listed(cwd)).toMatchObject([
    { key: token.key, signs: 'access-tokens', status: 'signs' },
    { key: second.key, signs: 'assertions', status: 'signs' },
  ]);
  expect((await ran(['signing-keys', 'rotate', '--assertions'], folder())).code).toBe(0);
});
