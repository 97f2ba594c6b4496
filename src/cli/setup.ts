import { basename, resolve } from 'node:path';
import type { Config, UpstreamConfig } from '../server/config.ts';
import { type LoadedConfig, loadConfig, readConfig } from '../server/config-load.ts';
import { weakness } from '../server/config-safety.ts';
import { StartError } from '../server/problem.ts';
import type { Secret } from '../server/secret.ts';
import type { Io } from './io.ts';
import type { SourceOptions } from './options.ts';
import type { LocalState } from './state.ts';

const COMMAND_LINE = 'the command line';

/** The config with what the command line says over it. */
export async function loadSource(io: Io, document: string | undefined, options: SourceOptions): Promise<LoadedConfig> {
  const loaded = await loadConfig(options.config, io);
  const upstreams =
    document === undefined ? overlaid(io, loaded.config, options) : onlyDocument(io, document, options, loaded);
  return { ...loaded, config: { ...loaded.config, upstreams } };
}

/** As {@link loadSource}, for commands that make no sense without an upstream. */
export async function loadUpstreams(
  io: Io,
  document: string | undefined,
  options: SourceOptions,
): Promise<LoadedConfig> {
  const loaded = await loadSource(io, document, options);
  if (Object.keys(loaded.config.upstreams).length > 0) return loaded;
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

function onlyDocument(io: Io, document: string, options: SourceOptions, loaded: LoadedConfig): Config['upstreams'] {
  const remote = /^https?:\/\//i.test(document);
  const upstream = {
    openapi: remote ? document : resolve(io.cwd, document),
    ...(options.upstream === undefined ? {} : { baseUrl: options.upstream }),
    ...(options.upstreamAuth === undefined ? {} : { credential: { from: 'static', value: options.upstreamAuth } }),
  };
  const raw = { upstreams: { [nameFor(document, options.upstream)]: upstream } };
  const source = { name: COMMAND_LINE, lineOf: () => undefined };
  return readConfig(raw, source, { env: io.env, baseDir: loaded.file === undefined ? io.cwd : loaded.baseDir })
    .upstreams;
}

function overlaid(io: Io, config: Config, options: SourceOptions): Config['upstreams'] {
  if (options.upstream === undefined && options.upstreamAuth === undefined) return config.upstreams;
  const [first, ...others] = Object.entries(config.upstreams);
  if (first === undefined || others.length > 0) {
    const found =
      first === undefined ? 'no document it could belong to' : `${others.length + 1} upstreams in the config`;
    const option = options.upstream === undefined ? '--upstream-auth' : '--upstream';
    throw new StartError([{ where: option, found, wanted: 'exactly one upstream, or a document on the command line' }]);
  }
  const [name, upstream] = first;
  const credential =
    options.upstreamAuth === undefined ? upstream.credential : credentialOf(io, upstream.openapi, options.upstreamAuth);
  return { [name]: { ...upstream, baseUrl: options.upstream ?? upstream.baseUrl, credential } };
}

function credentialOf(io: Io, openapi: string, reference: string): UpstreamConfig['credential'] {
  const raw = { upstreams: { it: { openapi, credential: { from: 'static', value: reference } } } };
  const read = readConfig(raw, { name: '--upstream-auth', lineOf: () => undefined }, { env: io.env, baseDir: io.cwd });
  return read.upstreams['it']?.credential ?? { from: 'none' };
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
      .replace(/\.(openapi|swagger)$/, ''),
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
