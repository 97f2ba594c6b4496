import { expect, test } from 'vitest';
import { folder, ran } from './terminal.ts';

const ON = 'server: { url: "https://mcp.example.com" }\nauth: { links: { enabled: true, methods: [read, create] } }';
const CREATE = ['links', 'create', '--tenant', 'acme', '--name', 'Report agent'];
const on = () => folder({ 'postern.yaml': ON });
const id = (err: string) => /link_\w+/.exec(err)?.[0] ?? '';

test('a link is shown once, on stdout alone, and listed without its URL', async () => {
  const cwd = on();
  const made = await ran([...CREATE, '--expires', '7d', '--tags', 'reports,billing'], cwd);
  expect(made).toMatchObject({ code: 0, err: expect.stringMatching(/only time it is shown\. link_\w+ expires 20/) });
  expect(made.out).toMatch(/^https:\/\/mcp\.example\.com\/mcp\/pstl_[\w-]{43}\n$/);
  const listed = await ran(['links', 'list'], cwd);
  expect(listed.out).toMatch(/ID +TENANT +NAME +METHODS +KEY +CREATED +EXPIRES/);
  expect(listed.out).toMatch(/link_\w+ +acme +Report agent +read +- /);
  expect(listed.out).not.toMatch(/pstl_/);
  const shown = await ran(['links', 'show', id(made.err)], cwd);
  expect(shown.out).toMatch(/tags: +reports, billing\n/);
  expect(shown.out).not.toMatch(/digest|pstl_/);
});

test('--json is for scripts', async () => {
  const cwd = on();
  const made = JSON.parse((await ran([...CREATE, '--methods', 'read,create', '--require-key', '--json'], cwd)).out);
  expect(made).toMatchObject({
    url: expect.stringMatching(/\/mcp\/pstl_/),
    ...{ tenant: 'acme', methods: ['read', 'create'], tags: [], tools: [], requireKey: true },
    expiresAt: expect.stringMatching(/^20/),
  });
  const { url: _, ...facts } = made;
  expect(JSON.parse((await ran(['links', 'list', '--json'], cwd)).out)).toEqual([facts]);
  expect(JSON.parse((await ran(['links', 'show', made.id, '--json'], cwd)).out)).toEqual(facts);
});

test('is extended, deleted once, and all of it is in the audit trail', async () => {
  const cwd = on();
  const link = id((await ran([...CREATE, '--expires', '1d'], cwd)).err);
  expect((await ran(['links', 'extend', link, '--expires', '30d'], cwd)).out).toMatch(/^link_\w+ expires 20\S+Z\.\n$/);
  expect(await ran(['links', 'delete', link], cwd)).toMatchObject({ code: 0, out: `Deleted ${link}.\n` });
  for (const command of [['delete'], ['show'], ['extend', '--expires', '1d']]) {
    const [verb = '', ...rest] = command;
    const ended = await ran(['links', verb, link, ...rest], cwd);
    expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(/found: +no link with that id/) });
  }
  const { events } = JSON.parse((await ran(['audit', '--json'], cwd)).out);
  expect(events.map(({ event }: { event: string }) => event)).toEqual(['link_deleted', 'link_changed', 'link_created']);
  expect(JSON.stringify(events)).not.toMatch(/pstl_/);
});

test('what the config does not allow is refused, and how it would be allowed is told', async () => {
  expect(await ran([...CREATE, '--methods', 'write'], on())).toMatchObject({
    code: 2,
    err: expect.stringMatching(/Links for update, delete are not allowed here.*auth\.links\.methods/),
  });
  expect((await ran([...CREATE, '--expires', 'never'], on())).err).toMatch(/auth\.links\.permanent/);
  expect((await ran([...CREATE, '--methods', 'red'], on())).err).toMatch(/Wanted: some of read, create/);
  expect(await ran(CREATE, folder())).toMatchObject({ code: 2, err: expect.stringMatching(/auth\.links\.enabled/) });
});
