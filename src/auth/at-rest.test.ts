import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSqlite } from '../stores/sqlite.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { createApiKey, createPepper } from './api-key.ts';
import { createKeyVerifier } from './key-verifier.ts';

it('no file of the database holds a key, once it was made and used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-rest-'));
  const clock = manualClock();
  const pepper = createPepper(new Uint8Array(32).fill(9));
  const database = openSqlite({ file: join(folder, 'postern.db'), clock });
  await database.migrate();
  const { row, key } = createApiKey({ tenant: 'acme', name: 'CI', scopes: ['a'], expiresAt: null }, pepper, clock);
  await database.keys.insert(row);
  await createKeyVerifier({ keys: database.keys, pepper, clock }).verify(key, '192.0.2.1');
  await database.keys.revoke(row.id, clock.now());

  const files = await readdir(folder);
  expect(files).toContain('postern.db-wal');
  const bytes = Buffer.concat(await Promise.all(files.map((file) => readFile(join(folder, file))))).toString('latin1');
  const [, , secret = '', checksum = ''] = key.split('_');
  expect(bytes).toContain(row.digest);
  expect(bytes).not.toContain(secret);
  expect(bytes).not.toContain(checksum);
  expect(bytes).not.toContain(Buffer.from(new Uint8Array(32).fill(9)).toString('latin1'));
  await database.close();
  await rm(folder, { recursive: true });
});
