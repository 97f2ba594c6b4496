import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPrefix } from '../prefix.ts';
import { manifests } from './outcome.ts';
import type { Surroundings } from './process.ts';

/** A home and a working folder of a client's own, with its commands on the path and nobody's settings in reach. */
export interface Sandbox extends Surroundings {
  readonly home: string;
  /** The same sandbox with more in its environment. */
  with(env: { readonly [name: string]: string }): Sandbox;
  remove(): Promise<void>;
}

/** Says no to everything that is not about the server under test. */
const QUIET = {
  CI: '1',
  NO_COLOR: '1',
  DO_NOT_TRACK: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_ERROR_REPORTING: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  COPILOT_AUTO_UPDATE: 'false',
  COPILOT_OFFLINE: 'true',
  GEMINI_TELEMETRY_ENABLED: 'false',
  OPENCODE_DISABLE_AUTOUPDATE: '1',
  OPENCODE_DISABLE_MODELS_FETCH: '1',
  OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
  OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
  MCP_AUTO_OPEN_ENABLED: 'false',
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
};

/** A sandbox with what the folder in `prefixes/` pins. The first time that is installed, from the network. */
export async function sandboxFor({ prefix: name }: { readonly prefix: string }): Promise<Sandbox> {
  const prefix = await installPrefix(`interop-${name}`, manifests(name));
  const home = await mkdtemp(join(tmpdir(), 'interop-'));
  const cwd = join(home, 'work');
  await mkdir(cwd);
  // The client is where `npx` and `import` look for it: beside the folder somebody works in.
  await symlink(join(prefix.directory, 'node_modules'), join(cwd, 'node_modules'));
  await cp(fileURLToPath(new URL('./programs', import.meta.url)), cwd, { recursive: true });
  const path = [join(cwd, 'node_modules', '.bin'), dirname(process.execPath), process.env['PATH'] ?? ''];
  return sandboxOf(home, cwd, { HOME: home, PATH: path.join(delimiter), ...QUIET });
}

function sandboxOf(home: string, cwd: string, env: { readonly [name: string]: string }): Sandbox {
  return {
    home,
    cwd,
    env,
    with: (more) => sandboxOf(home, cwd, { ...env, ...more }),
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 3 }),
  };
}
