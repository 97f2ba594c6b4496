import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Context } from '../lib/context.ts';
import type { Generator } from '../lib/generator.ts';
import { mcpRequest } from '../lib/mcp-request.ts';
import { type Spread, spread } from '../lib/rounds.ts';
import { meets, type Row } from '../lib/row.ts';
import { stop, untilReady } from '../lib/running.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const GITHUB = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');

function twentyTools(): unknown {
  const paths = Array.from({ length: 20 }, (_, i) => [
    `/things/${i}/{id}`,
    {
      get: {
        operationId: `getThing${i}`,
        summary: `Get thing ${i}`,
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'The thing' } },
      },
    },
  ]);
  return { openapi: '3.1.0', info: { title: 'Things', version: '1.0.0' }, paths: Object.fromEntries(paths) };
}

/** Milliseconds from exec to the last byte of the first `tools/list`. */
async function oneStart(generator: Generator, program: string, document: string, cwd: string): Promise<number> {
  const began = performance.now();
  const args = [program, 'serve', document, '--upstream', 'http://127.0.0.1:9', '--dev', '--json', '--port', '0'];
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
  const ready = await untilReady(child, program);
  const request = mcpRequest(ready, 1, 'tools/list', {});
  const { answered, firstFailure } = await generator.run({
    port: ready.port,
    requests: [request],
    connections: 1,
    ms: 0,
  });
  const ms = performance.now() - began;
  await stop(child);
  if (answered !== 1) throw new Error(`the first tools/list was not answered with 200:\n${firstFailure}`);
  return ms;
}

async function starts(context: Context, program: string, document: string, cwd: string): Promise<Spread> {
  const times: number[] = [];
  for (let round = 0; round < Math.max(5, context.plan.rounds); round += 1) {
    times.push(await oneStart(context.generator, program, document, cwd));
  }
  return spread(times);
}

/** The command as it is run from the repository, and as the package runs it where it has been built. */
export async function start(context: Context): Promise<Row[]> {
  const cwd = join(context.dir, 'start');
  mkdirSync(cwd);
  const things = join(cwd, 'things.json');
  writeFileSync(things, JSON.stringify(twentyTools()));
  const programs = [{ name: 'sources', file: join(ROOT, 'src/cli/main.ts') }];
  if (existsSync(join(ROOT, 'dist/cli/main.js')))
    programs.push({ name: 'package', file: join(ROOT, 'bin/postern.js') });
  const rows: Row[] = [];
  for (const { name, file } of programs) {
    for (const [label, document, atMost] of [
      ['20 tools', things, 300],
      ["GitHub's document", GITHUB, 1000],
    ] as const) {
      const time = await starts(context, file, document, cwd);
      rows.push({
        row: `start, ${label} (${name})`,
        ours: time.median,
        against: '',
        unit: 'ms',
        bar: { atMost },
        ok: meets(time.median, { atMost }),
        note: `${Math.round(time.min)}–${Math.round(time.max)} ms`,
      });
    }
  }
  return rows;
}
