import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { StartError } from '../../src/server/config/problem.ts';
import type { LoadedMcpUpstream } from '../../src/server/mcp/upstream.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { ALICE, BOB, call, type LoadOptions, load, type Noted } from './load.ts';

const here = import.meta.dirname;
const loaded: LoadedMcpUpstream[] = [];

async function child(script: string, args: string[] = [], more: object = {}, options: LoadOptions = {}) {
  const mcp = { command: process.execPath, args: [join(here, script), ...args], ...more };
  const upstream = await load({ mcp }, options);
  loaded.push(upstream);
  return upstream;
}

afterEach(async () => {
  for (const upstream of loaded.splice(0)) await upstream.close();
});

const textOf = (result: { content: readonly object[] }): unknown => {
  const [first] = result.content as { text?: string }[];
  return JSON.parse(first?.text ?? 'null');
};

const pidIn = (notes: Noted[]): number =>
  Number(notes.findLast(({ event }) => event === 'mcp child started')?.facts['pid']);

/** Signal 0 asks whether there is such a process (kill(2)). */
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('an MCP server over stdio', () => {
  test('is served; it runs where it is told to', async () => {
    const up = await child('child.ts', [], { cwd: here });
    expect(up.tools.map(({ tool }) => tool.name)).toContain('up_echo');
    expect(textOf(await call(up, 'up_echo', { a: 1 }))).toEqual({ a: 1 });
    expect(textOf(await call(up, 'up_place'))).toBe(realpathSync(here));
  });

  test('inherits nothing of the environment but what is named (case 114)', async () => {
    process.env['POSTERN_TEST_SECRET'] = 'do-not-inherit';
    try {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
      const up = await child('child.ts', [], { env: { NAMED: '${env:T}' } }, { env: { T: 'by reference' } });
      const environment = textOf(await call(up, 'up_environment')) as object;
      // macOS adds one of its own to every process.
      expect(Object.keys(environment).filter((name) => name !== '__CF_USER_TEXT_ENCODING')).toEqual(['NAMED']);
      expect(environment).toMatchObject({ NAMED: 'by reference' });
    } finally {
      delete process.env['POSTERN_TEST_SECRET'];
    }
  });

  test('is found by the path of the parent, without a shell', async () => {
    const searchPath = `/nowhere:${dirname(process.execPath)}`;
    const mcp = { command: 'node', args: [join(here, 'child.ts'), '$(exit 1); `exit 1`'] };
    const up = await load({ mcp }, { searchPath });
    loaded.push(up);
    expect(up.problem).toBeUndefined();
  });

  test('that does not exist refuses the start, and says where', async () => {
    const refused = load({ mcp: { command: 'no-such-program-anywhere' } });
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toMatchObject({ problems: [{ where: 'upstreams.up.mcp.command' }] });
  });

  test('has its standard error in the log, line by line and bounded', async () => {
    const up = await child('child.ts', ['chatty']);
    await call(up, 'up_echo');
    await up.close();
    const lines = up.notes.filter(({ event }) => event === 'mcp child says').map(({ facts }) => facts['message']);
    expect(lines[0]).toMatch(/^ready, pid \d+$/);
    expect(lines.length).toBeLessThan(60);
    expect(lines.at(-1)).toMatch(/^\(\d+ more lines\)$/);
  });

  test('that dies costs the call under way, and is started again', async () => {
    const clock = manualClock();
    const up = await child('child.ts', [], {}, { clock });
    const first = pidIn(up.notes);
    await expect(call(up, 'up_die')).rejects.toMatchObject({ code: 'upstream_unavailable' });
    await expect(call(up, 'up_echo')).rejects.toMatchObject({
      code: 'upstream_unavailable',
      details: { retryAfterSeconds: 1, upstream: 'up' },
    });
    expect(up.tools.length).toBeGreaterThan(0);
    const back = reconnected(up);
    await clock.advance(1_000);
    await back;
    expect(pidIn(up.notes)).not.toBe(first);
    expect(textOf(await call(up, 'up_echo', { back: true }))).toEqual({ back: true });
  });

  test('ends with the server', async () => {
    const up = await child('child.ts');
    const pid = pidIn(up.notes);
    expect(isAlive(pid)).toBe(true);
    await up.close();
    expect(isAlive(pid)).toBe(false);
  });

  test('is killed when it does not end', async () => {
    const clock = manualClock();
    const up = await child('child.ts', ['stubborn'], {}, { clock });
    const pid = pidIn(up.notes);
    const closing = up.close();
    await clock.advance(2_000);
    expect(isAlive(pid)).toBe(true);
    await clock.advance(1_000);
    await closing;
    expect(isAlive(pid)).toBe(false);
  });

  test('asks the caller in the modern era, however many call at once', async () => {
    const up = await child('child.ts');
    const asking = (sure: boolean) => ({
      principal: sure ? ALICE : BOB,
      capabilities: { elicitation: { form: {} } },
      ask: async (questions: object) =>
        Object.fromEntries(Object.keys(questions).map((key) => [key, { action: 'accept', content: { sure } }])),
    });
    const results = await Promise.all([call(up, 'up_ask', {}, asking(true)), call(up, 'up_ask', {}, asking(false))]);
    expect(results.map(textOf)).toEqual([
      { action: 'accept', content: { sure: true } },
      { action: 'accept', content: { sure: false } },
    ]);
  });
});

describe('an MCP server of old over stdio', () => {
  const answering = (name: string) => ({
    capabilities: { elicitation: {} },
    ask: async (questions: object) =>
      Object.fromEntries(Object.keys(questions).map((key) => [key, { action: 'accept', content: { name } }])),
  });

  test('that ends at the question of the era is started again without it', async () => {
    const up = await child('old-child.ts');
    expect(up.notes.filter(({ event }) => event === 'mcp upstream connected')).toEqual([
      { event: 'mcp upstream connected', facts: { upstream: 'up', era: 'legacy' } },
    ]);
    expect(textOf(await call(up, 'up_echo', { a: 1 }))).toEqual({ a: 1 });
  });

  test('asks the one who calls, while it is certain who that is', async () => {
    const up = await child('old-child.ts');
    expect(textOf(await call(up, 'up_ask', {}, answering('Ada')))).toMatchObject({ content: { name: 'Ada' } });
  });

  test('asks nobody once several tenants use it: its questions do not say whom they are for', async () => {
    const up = await child('old-child.ts');
    await call(up, 'up_echo', {}, { principal: BOB });
    expect(textOf(await call(up, 'up_ask', {}, answering('Ada')))).toEqual({
      refused: 'It cannot be told whom this question is for.',
    });
  });
});

/** Resolves when the connection is there again. */
function reconnected(up: LoadedMcpUpstream & { readonly notes: Noted[] }): Promise<void> {
  const count = () => up.notes.filter(({ event }) => event === 'mcp upstream connected').length;
  const before = count();
  const { push } = up.notes;
  return new Promise((resolve) => {
    up.notes.push = (...added) => {
      const length = push.apply(up.notes, added);
      if (count() > before) resolve();
      return length;
    };
  });
}
