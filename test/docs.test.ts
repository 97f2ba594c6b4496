import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { readyLines } from '../src/cli/ready-lines.ts';
import { CALL_ERRORS, ERRORS, type ErrorCode, isCallError, PosternError } from '../src/core/errors.ts';
import { readBody } from '../src/lib/body.ts';
import { COMPAT_RULES } from '../src/protocol/compat.ts';
import { configSchema } from '../src/server/config/config.ts';
import { createNormaliser } from '../src/upstream/normalise.ts';
import { PRESET_NAMES, presetFor } from '../src/upstream/presets.ts';
import { rateLimitReply, withRateLimit } from '../src/upstream/rate-limit-response.ts';
import { failureResult } from '../src/upstream/result.ts';
import { configRows, configSections } from './config-reference.ts';
import { SPELLINGS } from './fixtures/rate-limits/spellings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const PAGES = [
  ...readdirSync(ROOT).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** Compares the part of a page between its marks with what it must say; with `UPDATE_DOCS` set, writes it instead. */
function expectPart(page: string, part: string, wanted: string): void {
  const text = read(page);
  const [begin, end] = [`<!-- begin ${part} -->\n`, `<!-- end ${part} -->`];
  const from = text.indexOf(begin) + begin.length;
  const to = text.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`${page} has no part "${part}"`);
  const block = `\n${wanted}\n\n`;
  if (process.env['UPDATE_DOCS'] !== undefined)
    writeFileSync(join(ROOT, page), text.slice(0, from) + block + text.slice(to));
  else expect(text.slice(from, to)).toBe(block);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The cells of every table row of a page, backticks removed. */
function rowsOf(page: string): string[][] {
  return read(page)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
}

describe('the table of errors', () => {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const ruleOf = (code: ErrorCode) => {
    const { http, rpc, retryable } = ERRORS[code];
    return { http: String(http), rpc: String(rpc), retry: retryable ? 'yes' : 'no' };
  };

  test('call errors are those of the code', () => {
    const rows = codes.filter(isCallError).map((code) => {
      const { http, retry } = ruleOf(code);
      return [`\`${code}\``, retry, CALL_ERRORS[code].message, CALL_ERRORS[code].remedy, http];
    });
    expectPart('docs/errors.md', 'call errors', table(['code', 'retry', 'what it says', 'what to do', 'HTTP'], rows));
  });

  test('request errors are those of the code', () => {
    const rows = codes.flatMap((code) => {
      const { http, rpc, retry } = ruleOf(code);
      return isCallError(code) ? [] : [[`\`${code}\``, http, rpc, retry, ERRORS[code].message]];
    });
    const head = ['code', 'HTTP', 'JSON-RPC', 'retry', 'what it says'];
    expectPart('docs/errors.md', 'request errors', table(head, rows));
  });
});

describe('docs/errors.md', () => {
  test('shows a failure as a caller reads it', () => {
    const shown = JSON.parse(/```json\n(.*?)```/s.exec(read('docs/errors.md'))?.[1] ?? '');
    const body = {
      message: 'Validation Failed',
      errors: [{ resource: 'Issue', field: 'title', code: 'missing_field' }],
    };
    const response = { status: 422, headers: {}, body: Buffer.from(JSON.stringify(body)) };
    const normalise = createNormaliser({
      ...{ upstream: 'acme', credential: 'static', secrets: [], onFault: expect.unreachable },
      preset: presetFor('github'),
    });
    const failure = normalise(response, readBody(response), { id: '', method: 'POST', path: '' }, 0);
    if (!(failure instanceof PosternError)) expect.fail('no failure');
    expect(failureResult(failure, 'req_2k7mAqHmPWzn').structuredContent).toEqual({ error: shown });
  });

  test('lists the presets', () => {
    const names = rowsOf('docs/errors.md').map(([name]) => name);
    for (const preset of PRESET_NAMES) expect(names).toContain(preset);
  });
});

describe('the reference of the config', () => {
  test.each(configSections())('of `%s` is that of the code', (section) =>
    expectPart('docs/configuration.md', section, table(['key', 'what it is', 'takes', 'default'], configRows(section))),
  );

  test('describes every key', () => {
    const rows = configSections().flatMap(configRows);
    expect(rows.filter(([, description]) => description === '').map(([key]) => key)).toEqual([]);
  });

  test('opens with a config that holds', () => {
    const yaml = /```yaml\n(.*?)```/s.exec(read('docs/configuration.md'))?.[1] ?? '';
    const text = yaml.replace(/'?\$\{\w+:[^}]+\}'?/g, 'a-reference');
    const { error } = configSchema.safeParse(load(text));
    // References are resolved by the loader, and a literal in the place of a secret is refused.
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'upstreams.acme.credential.bearer',
      'secrets.master',
    ]);
  });
});

describe('the ready lines', () => {
  test('are those that the commands print', () => {
    const lines = readyLines({ url: 'https://mcp.acme.com/mcp', key: 'YOUR_KEY', name: 'acme' });
    const blocks = lines.map(({ client, file, text }) => {
      const where = file === undefined ? '' : `, in \`${file}\``;
      return `**${client}**${where}\n\n\`\`\`${file === undefined ? 'sh' : 'json'}\n${text}\n\`\`\``;
    });
    expectPart('docs/clients.md', 'ready lines', blocks.join('\n\n'));
  });
});

describe('the table of client tolerance', () => {
  test('has the rules of the code, in their order, each with its source and a sentence', () => {
    const rows = rowsOf('docs/clients.md').filter(([name]) => COMPAT_RULES.some((rule) => rule.name === name));
    expect(rows.map(([name, , source]) => ({ name, source }))).toEqual(
      COMPAT_RULES.map(({ name, source }) => ({ name, source })),
    );
    for (const [, sentence] of rows) expect(sentence).toMatch(/\.$/);
  });
});

describe('the page of rate limits', () => {
  const PAGE = 'docs/rate-limits.md';

  test('shows a refusal as it is sent', () => {
    const limits = [{ policy: 'search', limit: 30, remaining: 0, resetSeconds: 42, windowSeconds: 60 }];
    const reading = { limits, retryAfterSeconds: 42 };
    const error = new PosternError('rate_limited', { status: 429, upstream: 'acme', retryAfterSeconds: 42 });
    const failure = withRateLimit(error, reading);
    const head = rateLimitReply({ reading, failure, asStatus: true });
    const lines = Object.entries(head?.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
    const http = ['HTTP/1.1 429 Too Many Requests', 'content-type: application/json', ...lines].join('\n');
    const { structuredContent } = failureResult(failure, 'req_2k7mAqHmPWzn');
    const json = JSON.stringify(structuredContent, null, 2);
    const told = 'The `structuredContent` of its result, which is its text too:';
    expectPart(PAGE, 'limited', `\`\`\`http\n${http}\n\`\`\`\n\n${told}\n\n\`\`\`json\n${json}\n\`\`\``);
  });

  test.each([
    ['retry.ts', 'ts'],
    ['retry.py', 'python'],
  ])('has %s as it is', (file, language) => {
    expectPart(PAGE, file, `\`\`\`${language}\n${read(`examples/clients/${file}`).trimEnd()}\n\`\`\``);
  });

  test('lists every spelling that has a case', () => {
    const rows = SPELLINGS.map(({ vendor, source, headers }) => [
      source === null ? vendor : `[${vendor}](${source})`,
      Object.keys(headers)
        .map((name) => `\`${name}\``)
        .join(', '),
    ]);
    expectPart(PAGE, 'spellings', table(['API', 'headers'], rows));
  });
});

describe('docs/dependencies.md', () => {
  type Manifest = { [kind in 'dependencies' | 'devDependencies']?: { [name: string]: string } };
  const names = (file: string) => {
    const { dependencies, devDependencies } = JSON.parse(read(file)) as Manifest;
    return Object.keys({ ...dependencies, ...devDependencies });
  };
  const listed = rowsOf('docs/dependencies.md')
    .map(([name = '']) => name)
    .filter((name) => !['package', '---'].includes(name));

  test('has one line for each dependency, and none for anything else', () => {
    expect(listed.sort()).toEqual([...names('package.json'), ...names('examples/acme/package.json')].sort());
  });

  test('names each licence as the package does', () => {
    for (const [name = '', , , licence] of rowsOf('docs/dependencies.md')) {
      if (!listed.includes(name)) continue;
      const { license } = JSON.parse(read(`node_modules/${name}/package.json`)) as { license: string };
      expect(`${name} ${licence}`).toBe(`${name} ${license.replace(/^\((.*)\)$/, '$1')}`);
    }
  });
});

describe('every page', () => {
  test.each(PAGES)('%s links to what exists', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '');
    const missing = targets.filter(
      (target) => statSync(join(ROOT, dirname(page), target), { throwIfNoEntry: false }) === undefined,
    );
    expect(missing).toEqual([]);
  });
});
