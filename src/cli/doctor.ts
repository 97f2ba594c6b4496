import { basename } from 'node:path';
import { Command } from 'commander';
import { DocumentError } from '../openapi/document/document-error.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import { StartError, tell } from '../server/config/problem.ts';
import { refusals } from '../server/config/safety.ts';
import type { ConvertedUpstream } from '../server/upstreams/upstreams.ts';
import { convertAll, warningsOf } from './convert.ts';
import {
  checkCache,
  checkDatabase,
  checkNode,
  checkPort,
  checkSecrets,
  checkUpstream,
  type Finding,
} from './doctor-checks.ts';
import { checkIdentityProvider } from './doctor-identity-provider.ts';
import { checkIssuers } from './doctor-issuers.ts';
import { checkTranslate } from './doctor-translate.ts';
import { type Io, print, style, waiting } from './io.ts';
import { jsonOption, type SourceOptions, withSource } from './options.ts';
import { loadSource } from './setup.ts';
import { printable } from './table.ts';

interface DoctorOptions extends SourceOptions {
  readonly json?: boolean;
}

export function doctorCommand(io: Io, fail: () => void): Command {
  return withSource(new Command('doctor'))
    .description(
      'check what a server needs: Node, config, secrets, database, cache, port, issuers, identity provider, documents, APIs, clock',
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  postern doctor\n\nExit code 1 when a check fails; a warning is not a failure.')
    .action(async (document: string | undefined, options: DoctorOptions) => {
      const findings: Finding[] = [];
      for await (const finding of examine(io, document, options)) {
        findings.push(finding);
        if (options.json !== true) show(io, finding);
      }
      const ok = findings.every(({ status }) => status !== 'fail');
      if (options.json === true) print(io.stdout, JSON.stringify({ ok, checks: findings }));
      if (!ok) fail();
    });
}

async function* examine(io: Io, document: string | undefined, options: DoctorOptions): AsyncGenerator<Finding> {
  yield checkNode(process.versions.node);
  let loaded: LoadedConfig;
  try {
    loaded = await loadSource(io, document, options);
  } catch (thrown) {
    yield failed('config', thrown);
    return;
  }
  yield* checkConfig(loaded);
  yield checkSecrets(loaded);
  yield await checkDatabase(io, loaded).catch((thrown: unknown) => failed('database', thrown));
  yield* await checkCache(io, loaded).catch((thrown: unknown) => [failed('cache', thrown)]);
  yield await checkPort(loaded.config);
  yield* checkIssuers(io, loaded.config);
  yield* await checkIdentityProvider(io, loaded.config).catch((thrown: unknown) => [
    failed('identity provider', thrown),
  ]);
  yield* await checkTranslate(io, loaded.config);
  yield* checkUpstreams(io, loaded);
}

function* checkConfig({ config, file }: LoadedConfig): Generator<Finding> {
  const name = file === undefined ? 'the command line,' : basename(file);
  const problems = refusals(config, { dev: false, file: name });
  for (const problem of problems) yield { check: 'config', status: 'fail', message: tell(problem) };
  if (problems.length > 0) return;
  yield { check: 'config', status: 'ok', message: file ?? 'none; the defaults apply' };
  if (config.auth.none) {
    const message = 'auth.none is true: anyone who reaches the server may call every tool';
    yield { check: 'config', status: 'warn', message };
  }
}

async function* checkUpstreams(io: Io, loaded: LoadedConfig): AsyncGenerator<Finding> {
  if (Object.keys(loaded.config.upstreams).length === 0) {
    const fix = 'Give a document, or write upstreams into the config.';
    yield { check: 'upstreams', status: 'warn', message: 'none, so there are no tools', fix };
  }
  for (const [name, upstream] of Object.entries(loaded.config.upstreams)) {
    const alone = { ...loaded, config: { ...loaded.config, upstreams: { [name]: upstream } } };
    let converted: ConvertedUpstream | undefined;
    try {
      [converted] = await waiting(io, `Reading ${upstream.openapi}`, convertAll(io, alone));
    } catch (thrown) {
      yield failed(`document of ${name}`, thrown);
      continue;
    }
    if (converted === undefined) continue;
    yield checkDocument(name, upstream.openapi, converted);
    const baseUrl = upstream.baseUrl ?? converted.server;
    if (baseUrl?.includes('{')) {
      yield { check: `upstream ${name}`, status: 'ok', message: `${baseUrl} is a place of each account` };
    } else if (baseUrl !== undefined) {
      const probed = checkUpstream(io, name, upstream, { baseUrl, baseDir: loaded.baseDir });
      yield* await probed.catch((thrown: unknown) => [failed(`upstream ${name}`, thrown)]);
    } else {
      const fix = 'Give --upstream https://api.example.com, or write baseUrl into the config.';
      yield { check: `upstream ${name}`, status: 'fail', message: 'nothing says where the API is', fix };
    }
  }
}

function checkDocument(name: string, location: string, { tools, document }: ConvertedUpstream): Finding {
  // Schemas are made, and found wanting, when they are first read.
  for (const { tool } of tools) void tool.inputSchema;
  const warnings = warningsOf(name, document);
  const check = `document of ${name}`;
  const message = `${location}: ${tools.length} tools, ${warnings.length} warnings`;
  if (warnings.length === 0) return { check, status: 'ok', message };
  return { check, status: 'warn', message, fix: 'postern tools lists them.' };
}

function failed(check: string, thrown: unknown): Finding {
  if (thrown instanceof StartError) {
    return { check, status: 'fail', message: thrown.problems.map(tell).join('\n') };
  }
  if (thrown instanceof DocumentError) return { check, status: 'fail', message: thrown.message };
  throw thrown;
}

const COLORS = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

function show(io: Io, { check, status, message, fix }: Finding): void {
  const lines = [message, ...(fix === undefined ? [] : [fix])].join('\n').split('\n').map(printable);
  const head = `${style(io.stdout, COLORS[status], status.padEnd(4))}  ${check}: `;
  print(io.stdout, head + lines.join('\n      '));
}
