import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AcmeServer, startAcme } from './server.ts';

interface Operation {
  readonly operationId: string;
  readonly 'x-mcp': { readonly scopes: readonly string[] };
}

const read = <T>(file: string) => load(readFileSync(new URL(file, import.meta.url), 'utf8')) as T;
const document = read<{ paths: { [path: string]: { [method: string]: Operation } } }>('./openapi.yaml');
const config = read<{ auth: { scopes: { [scope: string]: string } } }>('./postern.yaml');

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([method]) => method !== 'parameters')
    .map(([method, operation]) => ({ id: operation.operationId, method, path, scopes: operation['x-mcp'].scopes })),
);

let acme: AcmeServer;
beforeAll(async () => {
  acme = await startAcme({ token: 'token' });
});
afterAll(() => acme.close());

describe('openapi.yaml', () => {
  it('names every operation differently', () => {
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });

  it.each(operations)('$id is a route of the API', async ({ method, path }) => {
    const response = await fetch(acme.url + path.replace(/\{\w+\}/g, 'T-1001').concat('?seconds=0'), {
      method: method.toUpperCase(),
      headers: { authorization: 'Bearer token', 'x-organization-id': 'acme' },
    });
    expect(await response.text()).not.toContain('No such path');
  });

  it('wants the scopes that postern.yaml explains, and no others', () => {
    const wanted = new Set(operations.flatMap(({ scopes }) => scopes));
    expect([...wanted].sort()).toEqual(Object.keys(config.auth.scopes).sort());
  });
});
