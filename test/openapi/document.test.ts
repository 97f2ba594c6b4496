import { mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { DocumentError } from '../../src/openapi/document/document-error.ts';
import type { DocumentFetch } from '../../src/openapi/document/remote.ts';
import { openApiTools } from '../../src/openapi/tools.ts';
import { fixture, shownAt, toolFor, toolsOf } from './made.ts';

async function refusal(load: Promise<unknown>): Promise<DocumentError> {
  const error = await load.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DocumentError);
  return error as DocumentError;
}

const text = (source: string, name = 'api.json') => loadDocument({ text: source, name });
const MINIMAL = '{"openapi":"3.1.0","info":{"title":"A","version":"1"},"paths":{}}';

describe('a document that cannot be read', () => {
  test.each([
    ['{\n  "a": [1,\n  }', 3, 3, '"}"', 'a value'],
    ['{ "a": 1 "b": 2 }', 1, 10, '"\\""', 'a comma or }'],
    ["{ 'a': 1 }", 1, 3, '"\'"', 'a property name in double quotes, or }'],
    ['[1, 2', 1, 6, 'the end of the file', 'a comma or ]'],
    ['{"a": nope}', 1, 7, '"nope"', 'a value'],
    ['{} {}', 1, 4, '"{"', 'the end of the file'],
  ])('JSON %j is refused at its line and column', async (source, line, column, found, wanted) => {
    expect(await refusal(text(source))).toMatchObject({ file: 'api.json', line, column, found, wanted });
  });

  test('YAML is refused at its line and column', async () => {
    const error = await refusal(text('openapi: 3.1.0\ninfo:\n  title: [a\n', 'api.yaml'));
    expect(error).toMatchObject({ line: 4, column: 1, wanted: 'YAML 1.2' });
    expect(error.message).toMatch(/^api\.yaml:4:1: found .+, wanted YAML 1\.2$/);
  });

  test.each([
    ['', 'an empty file'],
    ['[]', 'a list'],
    ['"text"', 'plain text'],
    ['{"swagger":"1.2"}', 'version "1.2"'],
    ['{"openapi":"4.0.0"}', 'version "4.0.0"'],
    ['{"info":{},"paths":{}}', 'an object with info, paths, without openapi or swagger'],
  ])('%j is told from an OpenAPI document', async (source, found) => {
    expect((await refusal(text(source))).found).toBe(found);
  });

  test('a missing file and a folder are named', async () => {
    expect(await refusal(loadDocument('/nowhere/api.yaml'))).toMatchObject({
      file: '/nowhere/api.yaml',
      found: 'no such file',
    });
    expect((await refusal(loadDocument(tmpdir()))).found).toBe('a folder');
  });

  test('a document larger than the limit is refused before it is read', async () => {
    const error = await refusal(loadDocument(fixture('swagger2.yaml'), { maxBytes: 100 }));
    expect(error.wanted).toBe('at most 100 bytes');
  });

  test('aliases that expand to billions are refused', async () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg', 'ih'].map((pair) => [pair[0], pair[1]])) {
      lines.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
    }
    const error = await refusal(text(`openapi: 3.1.0\n${lines.join('\n')}\n`, 'bomb.yaml'));
    expect(error.found).toBe('aliases that expand to more');
  });

  test('an alias within what it names is refused', async () => {
    const error = await refusal(text('openapi: 3.1.0\npaths: &p\n  /a: *p\n', 'loop.yaml'));
    expect(error.found).toBe('aliases that expand to more');
  });

  test('values nested beyond any stack are refused, not a crash', async () => {
    expect((await refusal(text('['.repeat(1_000_000), 'deep.yaml'))).wanted).toBe('YAML 1.2');
  });
});

describe('a document in any of its forms', () => {
  test.each([
    ['"swagger": "2.0"', '2.0'],
    ['"swagger": 2.0', '2.0'],
    ['"openapi": "3.0.4"', '3.0'],
    ['"openapi": "3.1.1"', '3.1'],
    ['"openapi": 3.1', '3.1'],
    ['"openapi": "3.2.0"', '3.2'],
  ])('%s is version %s', async (said, version) => {
    expect((await text(`{${said}, "paths": {}}`)).version).toBe(version);
  });

  test('a byte order mark is no part of it', async () => {
    expect((await text(`\uFEFF${MINIMAL}`)).title).toBe('A');
  });

  test('YAML keeps dates as text and takes merge keys', async () => {
    const source = [
      'openapi: 3.1.0',
      'x-base: &base { operationId: a, summary: 2020-01-01, responses: {} }',
      'paths: { /a: { get: { <<: *base } } }',
    ];
    const { tools } = openApiTools(await text(source.join('\n'), 'api.yaml'), { upstream: 'acme' });
    expect(tools[0]?.tool.title).toBe('2020-01-01');
  });

  test('JSON in a file without an ending is read, and YAML that begins like JSON', async () => {
    expect((await text(MINIMAL, 'api')).title).toBe('A');
    expect((await text('{openapi: 3.1.0, info: {title: B}, paths: {}}', 'api.yaml')).title).toBe('B');
  });

  test('a large document with characters beyond Latin-1 keeps them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-large-'));
    const path = join(folder, 'api.json');
    const title = 'Grüße 世界 👋 \\ "x"';
    await writeFile(path, JSON.stringify({ openapi: '3.1.0', info: { title }, paths: {}, 'x-fill': 'x'.repeat(5e6) }));
    expect((await loadDocument(path)).title).toBe(title);
  });
});

describe('references to other files', () => {
  test('are followed within the folder and nowhere else', async () => {
    const made = await toolsOf('split/api.yaml');
    const tool = toolFor(made, 'create_pet');
    expect(shownAt(tool, 'body', 'owner', 'email')).toEqual({ type: 'string', format: 'email' });
    expect(tool.plan.pointer).toMatch(/paths\.yaml#\/pets\/post$/);
    expect(made.tools).toHaveLength(1);
    expect(made.warnings).toEqual([
      { pointer: '/paths/~1outside', message: expect.stringContaining('it lies outside') },
      { pointer: '/paths/~1web', message: expect.stringContaining('only to origins that are allowed') },
    ]);
  });

  test('are not followed through a symbolic link that leads out of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-link-'));
    await symlink('/etc/hostname', join(folder, 'secret.yaml'));
    const path = join(folder, 'api.json');
    await writeFile(path, '{"openapi":"3.1.0","paths":{"/a":{"$ref":"secret.yaml#/a"}}}');
    const { tools, warnings } = openApiTools(await loadDocument(path), { upstream: 'acme' });
    expect(tools).toEqual([]);
    expect(warnings[0]?.message).toContain('it lies outside');
  });

  test('lead nowhere from a text, and by file: or /etc/passwd', async () => {
    for (const ref of ['other.yaml', 'file:///etc/passwd', '/etc/passwd', 'http://169.254.169.254/latest']) {
      const document = await text(`{"openapi":"3.1.0","paths":{"/a":{"$ref":${JSON.stringify(ref)}}}}`);
      const { tools, warnings } = openApiTools(document, { upstream: 'acme' });
      expect([tools.length, warnings.length]).toEqual([0, 1]);
    }
  });

  test('go over http to the origins that are allowed', async () => {
    const asked: string[] = [];
    const fetch: DocumentFetch = async (url) => {
      asked.push(url);
      const body = '{"a":{"get":{"operationId":"far","responses":{}}},"more":{"$ref":"https://other.example/x.json"}}';
      return { status: 200, headers: {}, body: new TextEncoder().encode(body) };
    };
    const source = { text: '{"openapi":"3.1.0","paths":{"/a":{"$ref":"https://schemas.example/p.json#/a"}}}' };
    const document = await loadDocument(source, { fetch, allowOrigins: ['https://schemas.example'] });
    expect(openApiTools(document, { upstream: 'acme' }).tools[0]?.tool.name).toBe('far');
    expect(asked).toEqual(['https://schemas.example/p.json']);
  });
});

describe('a document at a URL', () => {
  interface Answer {
    readonly status: number;
    readonly headers?: { readonly [name: string]: string };
    readonly body?: string;
  }

  function server(answers: (Answer | Error)[]) {
    const asked: { url: string; headers: { readonly [name: string]: string } }[] = [];
    const fetch: DocumentFetch = async (url, { headers }) => {
      asked.push({ url, headers });
      const answer = answers.shift() ?? new Error('no more answers');
      if (answer instanceof Error) throw answer;
      const { status, headers: given = {}, body = '' } = answer;
      return { status, headers: given, body: new TextEncoder().encode(body) };
    };
    return { asked, fetch };
  }

  const url = 'https://api.example.com/openapi.json';

  test('is fetched once and asked for by its ETag afterwards, outages included', async () => {
    const cacheFolder = await mkdtemp(join(tmpdir(), 'postern-cache-'));
    const { asked, fetch } = server([
      { status: 200, headers: { etag: '"1"' }, body: MINIMAL },
      { status: 304 },
      new Error('connection refused'),
      { status: 500 },
    ]);
    const load = () => loadDocument(url, { fetch, cacheFolder });
    expect((await load()).title).toBe('A');
    expect((await load()).warnings).toEqual([]);
    expect((await load()).warnings[0]?.message).toBe('connection refused; the copy of an earlier start is used');
    expect((await load()).warnings[0]?.message).toBe('status 500; the copy of an earlier start is used');
    expect(asked.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"1"', '"1"']);
  });

  test('that is not to be had is refused', async () => {
    const { fetch } = server([{ status: 404 }]);
    expect(await refusal(loadDocument(url, { fetch }))).toMatchObject({ file: url, found: 'status 404' });
  });

  test('must be https and without a password; loopback may be http', async () => {
    const { fetch } = server([{ status: 200, body: MINIMAL }]);
    expect((await refusal(loadDocument('http://api.example.com/a.json', { fetch }))).found).toBe('an http URL');
    const secret = await refusal(loadDocument('https://me:hunter2@api.example.com/a.json', { fetch }));
    expect(secret.message).not.toContain('hunter2');
    expect((await loadDocument('http://127.0.0.1:8080/a.json', { fetch })).title).toBe('A');
  });

  test('is the base of its relative servers', async () => {
    const body = '{"openapi":"3.1.0","paths":{},"servers":[{"url":"../v2/"}]}';
    const { fetch } = server([{ status: 200, body }]);
    const document = await loadDocument('https://api.example.com/docs/openapi.json', { fetch });
    expect(openApiTools(document, { upstream: 'acme' }).server).toBe('https://api.example.com/v2');
  });
});
