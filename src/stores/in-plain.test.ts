import { expect, it } from 'vitest';
import { store } from '../server/config/store.ts';
import { cacheInPlain, databaseInPlain } from './in-plain.ts';

it.each([
  ['./postern.db', false],
  ['postgres://127.0.0.1/d', false],
  ['postgres://[::1]/d', false],
  ['postgres:///d?host=/run/postgresql', false],
  ['postgres://db.example.com/d', true],
  ['postgresql://db.example.com/d?sslmode=disable', true],
  ['postgres://db.example.com/d?sslmode=verify-full', false],
])('the database %s is sent to in plain: %s', (database, plain) => {
  expect(databaseInPlain(store.parse({ database }))).toBe(plain);
});

it.each([
  ['memory', false],
  ['redis://localhost', false],
  ['redis://cache.example.com', true],
  ['redis+cluster://127.0.0.1,10.0.0.1', true],
  ['rediss+sentinel://10.0.0.1/main', false],
])('the cache %s is sent to in plain: %s', (cache, plain) => {
  expect(cacheInPlain(store.parse({ cache }))).toBe(plain);
});
