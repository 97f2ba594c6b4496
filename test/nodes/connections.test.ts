/** A token that is ended in mid-conversation, on two processes of `postern serve`: who calls does not notice. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type AcmeServer, startAcme } from '../../examples/acme/server.ts';
import type { Database } from '../../src/core/database.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { connect } from '../connections/setting.ts';
import { send } from '../e2e/raw-http.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { POSTGRES_BIN, startPostgres } from '../servers/postgres.ts';
import { REDIS_BIN, startRedis } from '../servers/redis.ts';
import { type Node, postern, type Surroundings, startNode } from './node.ts';

const ACME = fileURLToPath(new URL('../../examples/acme/', import.meta.url));
const MASTER = 'CANARYMASTER-0123456789-abcdefghijklmnopqrstuvwxyz';
const SECRET = 'CANARYCLIENT-0123456789-abcdefghijklmnopqrstuvwxyz';
/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled */
const STORES = `
store: { database: "\${env:DATABASE}", cache: "\${env:CACHE}" }
secrets: { master: "\${env:MASTER}" }
`;
/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above */

const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

async function started(stores: { readonly database: string; readonly cache: string }, rotates: boolean) {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-accounts-'));
  ended.push(() => rm(cwd, { recursive: true }));
  const acme = await startAcme({ token: 'nobody-has-this-one', client: { clientSecret: SECRET, rotates } });
  ended.push(() => acme.close());
  await writeFile(join(cwd, 'postern.yaml'), (await readFile(join(ACME, 'accounts.yaml'), 'utf8')) + STORES);
  await copyFile(join(ACME, 'openapi.yaml'), join(cwd, 'openapi.yaml'));
  await mkdir(join(cwd, '.postern'));
  const facts = {
    url: acme.url,
    authorize: `${acme.url}/oauth/authorize`,
    tokens: `${acme.url}/oauth/token`,
    token: SECRET,
  };
  for (const [name, text] of Object.entries(facts)) await writeFile(join(cwd, '.postern', `acme-${name}`), text);
  const surroundings = { cwd, env: { MASTER, DATABASE: stores.database, CACHE: stores.cache } };
  expect((await postern(['migrate'], surroundings)).code).toBe(0);
  // Acme speaks http, which is for --dev.
  const dev = ['--dev', '--dev-tenant', 'acme'];
  const nodes = await Promise.all([startNode(surroundings, dev), startNode(surroundings, dev)]);
  ended.push(() => Promise.all(nodes.map((node) => node.stop())));
  return { acme, nodes, surroundings };
}

async function keyOf(surroundings: Surroundings): Promise<string> {
  const wish = ['--tenant', 'acme', '--name', 'x', '--scopes', 'members:read'];
  const made = await postern(['keys', 'create', ...wish, '--json'], surroundings);
  return JSON.parse(made.out).key;
}

async function connected(database: Database, { oauth }: AcmeServer): Promise<void> {
  const credential = { refreshToken: oauth?.consent('acme') };
  const wish = { kind: 'oauth2' as const, credential, upstream: 'acme' };
  await connect({ database, clock: systemClock }, MASTER, wish);
  await database.close();
}

/** Ends every token, and lets 50 calls come at once. @returns how many tokens were asked for. */
async function conversation(nodes: readonly Node[], { oauth }: AcmeServer, key: string): Promise<number[]> {
  const params = { name: 'list_members', arguments: {} };
  const called = async (node: Node | undefined) => {
    if (node === undefined) throw new Error('no node');
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json' };
    const body = JSON.stringify(modernBody('tools/call', params));
    const answer = await send(node.url, { headers: { ...headers, ...modernHeaders('tools/call', params) }, body });
    return JSON.parse(answer.body).result.structuredContent;
  };
  const members = { items: [{ name: 'Ada Moreau' }, {}, {}] };
  for (const node of nodes) expect(await called(node)).toMatchObject(members);
  const asked: number[] = [];
  for (const _ of ['once', 'again']) {
    const before = oauth?.issued() ?? 0;
    oauth?.expireAll();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => called(nodes[n % nodes.length])));
    for (const answer of answers) expect(answer).toMatchObject(members);
    asked.push((oauth?.issued() ?? 0) - before);
  }
  return asked;
}

describe('a token that is ended in mid-conversation', () => {
  test.skipIf(POSTGRES_BIN === undefined || REDIS_BIN === undefined)(
    'costs one refresh for 50 calls on two nodes, and no call',
    async () => {
      const [postgres, redis] = await Promise.all([startPostgres(POSTGRES_BIN ?? ''), startRedis()]);
      ended.push(() => Promise.all([postgres.stop(), redis.stop()]));
      const url = await postgres.fresh();
      const { acme, nodes, surroundings } = await started({ database: url, cache: redis.url }, true);
      await connected(openPostgres({ url, clock: systemClock }), acme);
      expect(await conversation(nodes, acme, await keyOf(surroundings))).toEqual([1, 1]);
    },
    120_000,
  );

  test('costs each of two processes one at the most that share a file and no cache, and no call', async () => {
    const { acme, nodes, surroundings } = await started({ database: './shared.db', cache: 'memory' }, false);
    await connected(openSqlite({ file: join(surroundings.cwd, 'shared.db'), clock: systemClock }), acme);
    for (const asked of await conversation(nodes, acme, await keyOf(surroundings))) {
      expect(asked).toBeGreaterThanOrEqual(1);
      expect(asked).toBeLessThanOrEqual(2);
    }
  }, 120_000);
});
