import { basename, resolve } from 'node:path';
import type { Config, UpstreamConfig } from '../server/config/config.ts';
import { type LoadedConfig, loadConfig, type Reading, readConfig } from '../server/config/load.ts';
import { type Problem, StartError } from '../server/config/problem.ts';
import { weakness } from '../server/config/safety.ts';
import type { Secret } from '../server/config/secret.ts';
import type { SourceOptions } from './options.ts';
import type { LocalState } from './state.ts';

/** The config with what the command line says over it. */
export async function loadSource(
  io: Reading,
  document: string | undefined,
  options: SourceOptions,
): Promise<LoadedConfig> {
  const loaded = await loadConfig(options.config, io);
  const upstreams = document === undefined ? overlaid(io, loaded.config, options) : onlyDocument(io, document, options);
  // Without a config, the one document says what the server is; clients keep servers apart by name.
  const [name] = loaded.file === undefined ? Object.keys(upstreams) : [];
  const server = name === undefined ? loaded.config.server : { ...loaded.config.server, name };
  return { ...loaded, config: { ...loaded.config, server, upstreams } };
}

/** As {@link loadSource}, for commands that make no sense without an upstream. */
export async function loadUpstreams(
  io: Reading,
  document: string | undefined,
  options: SourceOptions,
): Promise<LoadedConfig> {
  const loaded = await loadSource(io, document, options);
  const { upstreams, mcpUpstreams } = loaded.config;
  if (Object.keys(upstreams).length + Object.keys(mcpUpstreams).length > 0) return loaded;
  throw new StartError([
    {
      where: loaded.file === undefined ? io.cwd : basename(loaded.file),
      found: loaded.file === undefined ? 'neither a document on the command line nor a config' : 'no upstreams',
      wanted: 'an OpenAPI document',
      fix: 'postern serve openapi.yaml --upstream https://api.example.com',
    },
  ]);
}

/** The master secret of the config, or the one of the folder, made when it is missing. @throws StartError */
export function masterOf({ config, file }: LoadedConfig, state: LocalState): Secret {
  const { master } = config.secrets;
  if (master === undefined) return state.master();
  const problems = weakness(master, `${basename(file ?? '')} secrets.master`);
  if (problems.length > 0) throw new StartError(problems);
  return master;
}

type Overlay = Partial<Pick<UpstreamConfig, 'baseUrl' | 'credential'>>;

/** What the command line says of the upstream. Neither option is repeated when it is wrong: it may hold a secret. */
function overlayOf(io: Reading, { upstream, upstreamAuth }: SourceOptions): Overlay {
  const problems: Problem[] = [];
  if (upstream !== undefined && !isPlainUrl(upstream)) {
    const wanted = 'an http or https URL without user, password and fragment';
    problems.push({ where: '--upstream', found: 'something else (not shown)', wanted });
  }
  if (upstreamAuth !== undefined && !/^(env|file):[^{}]+$/.test(upstreamAuth)) {
    const wanted = 'env:NAME or file:PATH: a secret is never typed on the command line';
    problems.push({ where: '--upstream-auth', found: 'a literal (not shown)', wanted });
  }
  if (problems.length > 0) throw new StartError(problems);
  const credential = { from: 'static', value: `\${${upstreamAuth}}` };
  const raw = { openapi: 'any', baseUrl: upstream, credential: upstreamAuth === undefined ? undefined : credential };
  const source = { name: 'the command line', lineOf: () => undefined };
  const { it } = readConfig({ upstreams: { it: raw } }, source, { ...io, baseDir: io.cwd }).upstreams;
  return {
    ...(upstream === undefined ? {} : { baseUrl: it?.baseUrl }),
    ...(upstreamAuth === undefined ? {} : { credential: it?.credential }),
  };
}

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  return web && url.username === '' && url.password === '' && url.hash === '';
}

function onlyDocument(io: Reading, document: string, options: SourceOptions): Config['upstreams'] {
  const openapi = /^https?:\/\//i.test(document) ? document : resolve(io.cwd, document);
  const name = nameFor(document, options.upstream);
  const source = { name: 'the command line', lineOf: () => undefined };
  const { upstreams } = readConfig({ upstreams: { [name]: { openapi } } }, source, { env: io.env, baseDir: io.cwd });
  return Object.fromEntries(
    Object.entries(upstreams).map(([key, upstream]) => [key, { ...upstream, ...overlayOf(io, options) }]),
  );
}

function overlaid(io: Reading, config: Config, options: SourceOptions): Config['upstreams'] {
  if (options.upstream === undefined && options.upstreamAuth === undefined) return config.upstreams;
  const [first, ...others] = Object.entries(config.upstreams);
  if (first !== undefined && others.length === 0) return { [first[0]]: { ...first[1], ...overlayOf(io, options) } };
  const found = first === undefined ? 'no document it could belong to' : `${others.length + 1} upstreams in the config`;
  const where = options.upstream === undefined ? '--upstream-auth' : '--upstream';
  throw new StartError([{ where, found, wanted: 'exactly one upstream, or a document on the command line' }]);
}

const SAYS_NOTHING = /^(openapi|swagger|api|apis|spec|schema|index|main|docs?|v?\d.*|)$/;

/**
 * A name for an upstream that nobody named: the file's, unless that is one every API has; then the host's.
 * Scopes such as `<name>:read` are made of it, so it is the same on every start.
 */
export function nameFor(document: string, upstream: string | undefined): string {
  const file = slug(
    basename(document.split(/[?#]/)[0] ?? '')
      .replace(/\.[^.]*$/, '')
      .replace(/\.(openapi|swagger)$/, '')
      .replace(/^api\.|\.(com|org|net|io|dev)$/g, ''),
  );
  if (!SAYS_NOTHING.test(file)) return file;
  const host = [upstream, document].find((candidate) => candidate !== undefined && URL.canParse(candidate));
  const labels = host === undefined ? [] : new URL(host).hostname.split('.');
  const name = slug(labels.at(-2) ?? '');
  return SAYS_NOTHING.test(name) ? 'api' : name;
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 32);
}
