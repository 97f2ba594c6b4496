import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lineAt, readSources, resolveImport, type Source, source } from './source.ts';

/**
 * The house (docs/architecture.md). A file imports its own folder and lower floors, never a sibling folder of its own
 * floor. The files directly in `src` are the library's door.
 */
const FLOORS: readonly (readonly string[])[] = [
  ['core'],
  ['lib', 'http'],
  ['protocol', 'auth', 'oauth', 'tools', 'openapi', 'upstream', 'connections', 'links', 'webhooks', 'quota', 'observe'],
  ['calls'],
  ['admin'],
  ['server'],
  ['stores', 'adapters'],
  ['.'],
  ['cli', 'testing'],
];

/**
 * What speaks HTTP, and who may: egress as a client, the Node adapter and the helpers of tests to serve. The bridge to
 * oidc-provider makes Node's messages without a connection.
 */
const NETWORK = ['undici', 'node:http', 'node:https', 'node:http2'];
const MAY_USE_NETWORK =
  /^(?:lib\/egress[\w-]*\.ts|adapters\/node[\w-]*\.ts|oauth\/bridge\/node-messages\.ts|testing\/)/;

const MAX_LINES = 400;

/** Forbidden words of the code itself, outside comments and strings. */
const FORBIDDEN: readonly { pattern: RegExp; but: RegExp; why: string }[] = [
  {
    pattern:
      /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b|(?<![.\w])set(?:Timeout|Interval)\(|\bAbortSignal\.timeout\b/g,
    but: /^lib\/clock\.ts$/,
    why: 'time comes from a Clock',
  },
  { pattern: /(?:await|return|=>?)\s+fetch\(/g, but: /^lib\/egress[\w-]*\.ts$/, why: 'requests go through lib/egress' },
  { pattern: /^\s*(?:export\s+)?(?:const\s+)?enum\s/gm, but: /^$/, why: 'enums do not erase' },
  { pattern: /^(?:export\s+)?(?:let|var)\s/gm, but: /^$/, why: 'a module has no state' },
  { pattern: /\bAsyncLocalStorage\b/g, but: /^$/, why: 'parameters are passed' },
];

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '.';
}

function floorOf(path: string): number {
  return FLOORS.findIndex((folders) => folders.includes(folderOf(path)));
}

function climbs(file: Source): string[] {
  const wrong: string[] = [];
  if (floorOf(file.path) === -1) wrong.push(`${file.path}: its folder stands on no floor`);
  for (const { specifier, line } of file.imports) {
    const target = resolveImport(file.path, specifier);
    if (target === undefined || folderOf(target) === folderOf(file.path)) continue;
    if (target.startsWith('..')) wrong.push(`${file.path}:${line}: leaves src for ${specifier}`);
    else if (floorOf(target) > floorOf(file.path)) wrong.push(`${file.path}:${line}: climbs to ${target}`);
    else if (floorOf(target) === floorOf(file.path))
      wrong.push(`${file.path}:${line}: reaches next door, to ${target}`);
  }
  return wrong;
}

function targetsOf(file: Source): string[] {
  return file.imports.flatMap(({ specifier }) => resolveImport(file.path, specifier) ?? []);
}

/** Each cycle once, as the path around it. Type-only imports count: a file that is read needs what it names. */
function cycles(files: readonly Source[]): string[] {
  return rings(new Map(files.map((file) => [file.path, targetsOf(file)])));
}

/**
 * Cycles between the rooms of a folder, where it has some. What stands beside the rooms is made of them; only its
 * `plan.ts` or `contracts.ts`, the contract between them, is theirs to import.
 */
function roomCycles(files: readonly Source[]): string[] {
  const roomOf = (path: string) => (/\/(?:plan|contracts)\.ts$/.test(path) ? path : posix.dirname(path));
  const edges = new Map<string, string[]>();
  for (const file of files) {
    const room = roomOf(file.path);
    const near = targetsOf(file).filter((target) => folderOf(target) === folderOf(file.path));
    const others = near.map(roomOf).filter((target) => target !== room);
    edges.set(room, [...new Set([...(edges.get(room) ?? []), ...others])]);
  }
  return rings(edges);
}

function rings(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) found.push([...trail.slice(start), path].join(' → '));
    if (start !== -1 || done.has(path)) return;
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

function networkUses(file: Source): string[] {
  if (MAY_USE_NETWORK.test(file.path)) return [];
  return file.imports
    .filter(({ specifier }) => NETWORK.includes(specifier))
    .map(({ specifier, line }) => `${file.path}:${line}: imports ${specifier}`);
}

function forbiddenWords(file: Source): string[] {
  return FORBIDDEN.filter(({ but }) => !but.test(file.path)).flatMap(({ pattern, why }) =>
    [...file.code.matchAll(pattern)].map(
      (match) => `${file.path}:${lineAt(file.code, match.index)}: ${match[0].trim()} (${why})`,
    ),
  );
}

/** A file that only hands on what others have, or hands on all of it. */
function barrels(file: Source): string[] {
  const handedOn = file.imports.filter(({ reexport }) => reexport);
  if (folderOf(file.path) === '.' || handedOn.length === 0) return [];
  const own = file.code.replace(/^(?:import|export)\b[^;]*\bfrom\s*;/gm, '').trim();
  return own === '' || /\bexport\s+\*/.test(file.code) ? [`${file.path}: only re-exports`] : [];
}

describe('the house', () => {
  const files = readSources('src');

  test('every import goes down', () => expect(files.flatMap(climbs)).toEqual([]));
  test('no import comes back to where it began', () => expect(cycles(files)).toEqual([]));
  test('no room of a folder needs one that needs it', () => expect(roomCycles(files)).toEqual([]));
  test('one module speaks HTTP to others', () => expect(files.flatMap(networkUses)).toEqual([]));
  test('no clock, enum, state or barrel where none belongs', () =>
    expect([...files.flatMap(forbiddenWords), ...files.flatMap(barrels)]).toEqual([]));
  test(`no file is longer than ${MAX_LINES} lines`, () =>
    expect(
      files
        .map(({ path, text }) => `${path}: ${text.trimEnd().split('\n').length} lines`)
        .filter((line) => Number(/(\d+) lines/.exec(line)?.[1]) > MAX_LINES),
    ).toEqual([]));
});

describe('the inspector', () => {
  test('sees imports of every form, and not those in comments and strings', () => {
    const text = [
      "import a, { b } from './a.ts';",
      "import type { C } from '../core/c.ts';",
      "import './effect.ts';",
      "export { d } from './d.ts';",
      "const e = await import('./e.ts');",
      "// import f from './f.ts';",
      'const g = "import g from \'./g.ts\'";',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a sample of source text
      "const h = `${b('x')} import h from './h.ts'`;",
      "const i = /['\"`]/; const j = './j.ts';",
      'import {',
      '  k,',
      "} from './k.ts';",
    ].join('\n');
    expect(source('lib/sample.ts', text).imports.map(({ specifier, line }) => `${line} ${specifier}`)).toEqual([
      '1 ./a.ts',
      '2 ../core/c.ts',
      '3 ./effect.ts',
      '4 ./d.ts',
      '5 ./e.ts',
      '12 ./k.ts',
    ]);
  });

  test('reports each kind of offence', () => {
    const up = source('lib/up.ts', "import { x } from '../calls/call.ts';\nimport { y } from '../http/cors.ts';");
    expect(climbs(up)).toEqual([
      'lib/up.ts:1: climbs to calls/call.ts',
      'lib/up.ts:2: reaches next door, to http/cors.ts',
    ]);
    const ring = [source('core/a.ts', "import './b.ts';"), source('core/b.ts', "import './a.ts';")];
    expect(cycles(ring)).toEqual(['core/a.ts → core/b.ts → core/a.ts']);
    const rooms = [
      source('openapi/plan.ts', ''),
      source('openapi/tools.ts', "import './request/path.ts';"),
      source('openapi/request/path.ts', "import '../plan.ts';\nimport '../names.ts';"),
    ];
    expect(roomCycles(rooms)).toEqual(['openapi → openapi/request → openapi']);
    expect(networkUses(source('auth/jwks.ts', "import { request } from 'undici';"))).toHaveLength(1);
    expect(forbiddenWords(source('auth/now.ts', 'const now = Date.now();\nlet state = 1;\nenum A { b }'))).toHaveLength(
      3,
    );
    expect(barrels(source('auth/all.ts', "export * from './a.ts';"))).toHaveLength(1);
  });
});
