import { expect, test } from 'vitest';
import { PETS } from './fixtures.ts';
import { folder, ran } from './terminal.ts';

test('--json prints what a client would get of each tool, and what it costs', async () => {
  const { code, out } = await ran(['tools', 'pets.yaml', '--json'], folder({ 'pets.yaml': PETS }));
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject([
    {
      name: 'get_pet',
      title: expect.any(String),
      description: expect.stringContaining('Get a pet'),
      inputSchema: { type: 'object', required: ['id'] },
      operation: 'GET /pets/{id}',
      scopes: ['pets:read'],
      annotations: { readOnlyHint: true },
      bytes: expect.any(Number),
      tokens: expect.any(Number),
    },
    { name: 'create_pet', operation: 'POST /pets', scopes: ['pets:write'] },
  ]);
});

test('the table adds up', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const { out } = await ran(['tools', 'pets.yaml'], cwd);
  const rows: { bytes: number }[] = JSON.parse((await ran(['tools', 'pets.yaml', '--json'], cwd)).out);
  const total = rows.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(out).toMatch(/^TOOL +OPERATION +SCOPES +BYTES +TOKENS$/m);
  expect(out).toMatch(new RegExp(`^2 tools +${total} +\\d+$`, 'm'));
});

test('the upstreams of the config are listed, as the config selects and overrides them', async () => {
  const yaml = `upstreams:
  pets:
    openapi: ./pets.yaml
    tools:
      exclude: [{ method: POST }]
      overrides: { get_pet: { name: fetch_pet, scopes: [pets:see] } }
`;
  const { out } = await ran(['tools', '--json'], folder({ 'pets.yaml': PETS, 'postern.yaml': yaml }));
  expect(JSON.parse(out)).toMatchObject([{ name: 'fetch_pet', scopes: ['pets:see'] }]);
});

test('what is broken in a document is listed with its place', async () => {
  const broken = PETS.replace('schema: { type: string }', "schema: { $ref: '#/components/schemas/Id' }");
  const { code, out } = await ran(['tools', 'pets.yaml'], folder({ 'pets.yaml': broken }));
  expect(code).toBe(0);
  expect(out).toMatch(/^In the document\n {2}pets .*\/components\/schemas\/Id/m);
});

test('no control character of a document reaches the terminal', async () => {
  const hostile = PETS.replace('get_pet', '"get_pet"').replace('/pets:', '"/pets\\e[31m":');
  const { out } = await ran(['tools', 'pets.yaml'], folder({ 'pets.yaml': hostile }));
  expect(out).not.toContain(String.fromCharCode(27));
});

test('what a client trips over is listed', async () => {
  const yaml = `upstreams:
  pets:
    openapi: ./pets.yaml
    tools: { nameMax: 64, overrides: { get_pet: { name: GetPetWithANameThatIsLongerThanClientsLike } } }
`;
  const { code, out } = await ran(['tools'], folder({ 'pets.yaml': PETS, 'postern.yaml': yaml }));
  expect(code).toBe(0);
  expect(out).toMatch(/^For clients\n {2}warning: GetPetWith\w+: 42 characters/m);
});
