import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ApiKeyTable } from '../core/database.ts';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { openSqlite } from '../stores/sqlite.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { createApiKey, createPepper, type NewApiKey } from './api-key.ts';
import { createKeyVerifier } from './key-verifier.ts';

const pepper = createPepper(new Uint8Array(32).fill(1));

/** A verifier over a real table, with a count of what it asks of it. */
async function setUp(options: { readonly failuresPerMinute?: number } = {}) {
  const clock = manualClock();
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const asked = { find: 0, touch: 0 };
  let broken = false;
  const table: ApiKeyTable = {
    ...database.keys,
    find: async (id) => {
      asked.find++;
      if (broken) throw new Error('the disk is gone');
      return database.keys.find(id);
    },
    touch: async (id, at) => {
      asked.touch++;
      await database.keys.touch(id, at);
    },
  };
  const verifier = createKeyVerifier({ keys: table, pepper, clock, ...options });
  return {
    clock,
    asked,
    keys: database.keys,
    break: (yes: boolean) => {
      broken = yes;
    },
    create: async (wanted: Partial<NewApiKey> = {}) => {
      const made = createApiKey(
        { tenant: 'acme', name: 'CI', scopes: ['a:read'], expiresAt: null, ...wanted },
        pepper,
        clock,
      );
      await database.keys.insert(made.row);
      return made;
    },
    verify: (token: string, address = '192.0.2.1') => verifier.verify(token, address),
  };
}

/** What a refusal says to its receiver. */
async function refusal(verdict: () => unknown): Promise<unknown> {
  try {
    await verdict();
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    const { code, message, details } = thrown;
    return { code, message, ...(details.retryAfterSeconds === undefined ? {} : { wait: details.retryAfterSeconds }) };
  }
  return 'not refused';
}

const refused = (message: string) => ({ code: 'invalid_token', message });

describe('a good key', () => {
  it('becomes the principal that its row says', async () => {
    const { create, verify, clock } = await setUp();
    const { key, row } = await create({ scopes: ['a:read', 'b:write'], expiresAt: clock.now() + 1_000 });
    expect(await verify(key)).toEqual<Principal>({
      kind: 'key',
      subject: row.id,
      tenant: 'acme',
      scopes: new Set(['a:read', 'b:write']),
      expiresAt: clock.now() + 1_000,
    });
  });

  it('is looked up twice a second at the most, and answered without a promise in between', async () => {
    const { create, verify, asked, clock } = await setUp();
    const { key } = await create();
    const principal = await verify(key);
    await clock.advance(499);
    expect(verify(key)).toBe(principal);
    expect(asked.find).toBe(1);
    await clock.advance(1);
    expect(verify(key)).toBeInstanceOf(Promise);
    expect(asked.find).toBe(2);
  });

  it('is looked up once for all who present it at the same time', async () => {
    const { create, verify, asked } = await setUp();
    const { key } = await create();
    await Promise.all([verify(key), verify(key), verify(key)]);
    expect(asked.find).toBe(1);
  });

  it('leaves the time of its last use, once a minute', async () => {
    const { create, verify, asked, clock, keys } = await setUp();
    const { key, row } = await create();
    const begun = clock.now();
    for (let second = 0; second < 60; second++) {
      await verify(key);
      await clock.advance(1_000);
    }
    expect(asked.touch).toBe(1);
    expect((await keys.find(row.id))?.lastUsedAt).toBe(begun);
    await verify(key);
    await clock.advance(0);
    expect((await keys.find(row.id))?.lastUsedAt).toBe(begun + 60_000);
  });
});

describe('a key that is no good', () => {
  it('is refused within a second of its revocation by another process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-revoke-'));
    const clock = manualClock();
    const file = join(folder, 'postern.db');
    const ours = openSqlite({ file, clock });
    const theirs = openSqlite({ file, clock });
    await ours.migrate();
    const { row, key } = createApiKey({ tenant: 'acme', name: '', scopes: [], expiresAt: null }, pepper, clock);
    await theirs.keys.insert(row);
    const verifier = createKeyVerifier({ keys: ours.keys, pepper, clock });
    await verifier.verify(key, '');
    await theirs.keys.revoke(row.id, clock.now());
    await clock.advance(1_000);
    expect(await refusal(() => verifier.verify(key, ''))).toMatchObject({ code: 'invalid_token' });
    await ours.close();
    await theirs.close();
    await rm(folder, { recursive: true });
  });

  it('is refused from then on', async () => {
    const { create, verify, clock, keys } = await setUp();
    const { key, row } = await create();
    await verify(key);
    await keys.revoke(row.id, clock.now());
    await clock.advance(1_000);
    expect(await refusal(() => verify(key))).toEqual(refused('The API key was revoked (key_revoked).'));
    expect(await refusal(() => verify(key))).toEqual(refused('The API key was revoked (key_revoked).'));
  });

  it('is refused from its expiry on, to the millisecond, also from memory', async () => {
    const { create, verify, clock } = await setUp();
    const { key } = await create({ expiresAt: clock.now() + 100 });
    await verify(key);
    await clock.advance(99);
    expect(verify(key)).not.toBeInstanceOf(Promise);
    await clock.advance(1);
    expect(await refusal(() => verify(key))).toEqual(refused('The API key is expired (key_expired).'));
  });

  it('is refused without a look at the store when it is mistyped', async () => {
    const { create, verify, asked } = await setUp();
    const { key } = await create();
    const mistyped = refused('The API key is incomplete or mistyped (key_malformed).');
    expect(await refusal(() => verify(key.slice(0, -1)))).toEqual(mistyped);
    expect(await refusal(() => verify(`${key}x`))).toEqual(mistyped);
    expect(await refusal(() => verify('pstn_'))).toEqual(mistyped);
    expect(asked.find).toBe(0);
  });

  it('says the same, after the same look, whether the id is unknown or the secret is wrong', async () => {
    const { create, verify, asked, clock, keys } = await setUp();
    const stored = await create({ expiresAt: clock.now() + 1 });
    const stranger = createApiKey({ tenant: 'acme', name: '', scopes: [], expiresAt: null }, pepper, clock);
    // The id of the one with the secret of another, under a good checksum: what somebody would try who knows an id.
    await keys.insert({ ...stranger.row, digest: stored.row.digest });
    const unknown = createApiKey({ tenant: 'acme', name: '', scopes: [], expiresAt: null }, pepper, clock);
    await keys.revoke(stranger.row.id, clock.now());
    const same = refused('The API key is not known here (key_unknown).');
    expect(await refusal(() => verify(unknown.key))).toEqual(same);
    expect(asked.find).toBe(1);
    // Not that it is revoked: only who has the whole key may know.
    expect(await refusal(() => verify(stranger.key))).toEqual(same);
    expect(asked.find).toBe(2);
  });

  it('is told to wait after too many failures; good keys are not, nor are other addresses', async () => {
    const { create, verify, clock } = await setUp({ failuresPerMinute: 3 });
    const { key } = await create();
    const bad = () => createApiKey({ tenant: 'acme', name: '', scopes: [], expiresAt: null }, pepper, clock).key;
    const codes: unknown[] = [];
    for (let attempt = 0; attempt < 5; attempt++) codes.push(await refusal(() => verify(bad())));
    expect(codes[2]).toMatchObject({ code: 'invalid_token' });
    expect(codes[3]).toEqual({ code: 'rate_limited', message: 'Too many failed attempts.', wait: 60 });
    expect(await refusal(() => verify('pstn_x'))).toMatchObject({ code: 'rate_limited' });
    expect(await refusal(() => verify(bad(), '192.0.2.2'))).toMatchObject({ code: 'invalid_token' });
    expect(await refusal(() => verify(key))).toBe('not refused');
    await clock.advance(60_000);
    expect(await refusal(() => verify(bad()))).toMatchObject({ code: 'invalid_token' });
  });

  it('is counted by its id too, wherever it comes from', async () => {
    const { create, verify, clock, keys } = await setUp({ failuresPerMinute: 3 });
    const { key, row } = await create();
    await keys.revoke(row.id, clock.now());
    for (let attempt = 0; attempt < 3; attempt++) await refusal(() => verify(key, `192.0.2.${attempt}`));
    expect(await refusal(() => verify(key, '192.0.2.9'))).toMatchObject({ code: 'rate_limited' });
  });
});

it('says it cannot tell when the store fails, and knows the key again when the store is back', async () => {
  const { create, verify, clock, break: breakStore } = await setUp();
  const { key } = await create();
  await verify(key);
  breakStore(true);
  expect(verify(key)).not.toBeInstanceOf(Promise);
  await clock.advance(500);
  expect(await refusal(() => verify(key))).toMatchObject({ code: 'unavailable', wait: 1 });
  breakStore(false);
  expect(await refusal(() => verify(key))).toBe('not refused');
});

it('leaves what is no API key to others', async () => {
  const { verify, asked } = await setUp();
  for (const token of ['', 'eyJhbGciOi.J9.x', 'PSTN_x', 'pstn-x', ' pstn_x']) expect(verify(token)).toBe('not-mine');
  expect(asked.find).toBe(0);
});
