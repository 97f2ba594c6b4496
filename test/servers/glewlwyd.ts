import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { exportJWK, generateKeyPair } from 'jose';
import { findGlewlwyd, GLEWLWYD_SCHEMA } from './find.ts';
import { freePort, startProgram, temporaryFolder } from './program.ts';

/** The folder of the program, where there is one. */
export const GLEWLWYD = findGlewlwyd();

export interface GlewlwydServer {
  readonly issuer: string;
  readonly client: { readonly id: string; readonly secret: string };
  readonly user: { readonly name: string; readonly password: string };
  /** What it says in its log. */
  log(): string;
  /** Takes away every refresh token that its user has given, as the user. */
  disconnect(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts glewlwyd on loopback, with a database of its own in a temporary folder, an OpenID Connect plugin, one client and
 * one user, whose claim `organization` is `acme`. All but the tables are made through its administration API.
 */
export async function startGlewlwyd(options: {
  /** The one redirect URI of the client. */
  readonly callback: string;
  readonly accessTokenSeconds: number;
}): Promise<GlewlwydServer> {
  if (GLEWLWYD === undefined) throw new Error('no glewlwyd was found');
  const folder = await temporaryFolder('glewlwyd');
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const file = join(folder.path, 'glewlwyd.conf');
  await writeFile(file, await settings(folder.path, port));
  const program = await startProgram(join(GLEWLWYD, 'glewlwyd'), ['--config-file', file], { ready: /started on port/ });
  const stop = async () => {
    await program.stop('SIGKILL');
    await folder.remove();
  };
  try {
    const issuer = `${origin}/api/oidc`;
    // It reads both of Basic as they come: what needs no encoding must have none.
    const client = { id: 'postern-of-acme', secret: 'a-secret.of_32~characters*(or)more' };
    const user = { name: 'ada', password: 'correct horse battery staple' };
    const admin = await signIn(origin);
    await admin('POST', '/mod/plugin', await plugin(issuer, options.accessTokenSeconds));
    await admin('POST', '/client', clientOf(client, options.callback));
    await addProperty(admin, 'organization');
    for (const name of ['profile', 'email'])
      await admin('POST', '/scope', { name, password_required: false, scheme: {} });
    const { name: username, password } = user;
    const facts = { name: 'Ada Lovelace', email: 'ada@acme.test', organization: 'acme' };
    await admin('POST', '/user', { username, password, enabled: true, scope: ['g_profile', ...SCOPES], ...facts });
    const disconnect = async () => {
      const self = await signIn(origin, user);
      const given = (await self('GET', '/oidc/token')) as { readonly token_hash: string; readonly enabled: boolean }[];
      const living = given.filter(({ enabled }) => enabled);
      for (const { token_hash: hash } of living) await self('DELETE', `/oidc/token/${encodeURIComponent(hash)}`);
    };
    return { issuer, client, user, log: program.log, disconnect, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** What users may grant. The first is there from the beginning. */
const SCOPES = ['openid', 'profile', 'email'];

/** Its configuration file (libconfig), with the paths of Debian's package. */
async function settings(folder: string, port: number): Promise<string> {
  const database = join(folder, 'database');
  const tables = new DatabaseSync(database);
  tables.exec(await readFile(GLEWLWYD_SCHEMA, 'utf8'));
  tables.close();
  // The package has a folder where the pages want the file.
  const pages = join(folder, 'pages');
  const share = '/usr/share/glewlwyd';
  const filter = (source: string) => !source.includes('config.json');
  await cp(`${share}/webapp`, pages, { recursive: true, dereference: true, filter });
  await cp(`${share}/templates/config.json`, join(pages, 'config.json'));
  const types = { html: 'text/html', css: 'text/css', js: 'application/javascript', json: 'application/json' };
  const mime = Object.entries(types).map(([name, type]) => `{ extension = ".${name}" mime_type = "${type}" }`);
  return `
port = ${port}
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:${port}"
login_url = "login.html"
api_prefix = "api"
static_files_path = "${pages}/"
static_files_mime_types = ( ${mime.join(', ')} )
log_mode = "console"
log_level = "INFO"
cookie_secure = 0
cookie_same_site = "lax"
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "/usr/lib/glewlwyd/user"
client_module_path = "/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
plugin_module_path = "/usr/lib/glewlwyd/plugin"
hash_algorithm = "SHA512"
database = { type = "sqlite3" path = "${database}" }
`;
}

type Api = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** Its API, as the administrator that its tables have, or as another user. */
async function signIn(origin: string, as = { name: 'admin', password: 'password' }): Promise<Api> {
  let cookie = '';
  const api: Api = async (method, path, body) => {
    const headers = { 'content-type': 'application/json', cookie };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${origin}/api${path}`, { method, headers, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`glewlwyd: ${method} ${path}: ${response.status} ${text}`);
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return text === '' ? undefined : JSON.parse(text);
  };
  await api('POST', '/auth/', { username: as.name, password: as.password });
  return api;
}

function clientOf({ id, secret }: GlewlwydServer['client'], callback: string) {
  return {
    client_id: id,
    name: 'Postern',
    enabled: true,
    confidential: true,
    client_secret: secret,
    token_endpoint_auth_method: ['client_secret_basic'],
    redirect_uri: [callback],
    authorization_type: ['code', 'refresh_token'],
  };
}

/** Users have a property more, of which the plugin makes a claim. */
async function addProperty(admin: Api, name: string): Promise<void> {
  const users = (await admin('GET', '/mod/user/database')) as { parameters: { 'data-format': object } };
  const format = { ...users.parameters['data-format'], [name]: { multiple: false, read: true, write: true } };
  await admin('PUT', '/mod/user/database', { ...users, parameters: { ...users.parameters, 'data-format': format } });
  await admin('PUT', '/mod/user/database/reset', {});
}

/** Its OpenID Connect plugin: codes with PKCE alone, `iss` in its answers, refresh tokens that serve once. */
async function plugin(issuer: string, accessTokenSeconds: number) {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: 'RS256', kid: 'k1' };
  const off = ['implicit', 'password', 'client', 'device', 'token'].map((name) => [`auth-type-${name}-enabled`, false]);
  return {
    module: 'oidc',
    name: 'oidc',
    display_name: 'OpenID Connect',
    enabled: true,
    parameters: {
      ...Object.fromEntries(off),
      iss: issuer,
      'jwks-private': JSON.stringify({ keys: [jwk] }),
      'jwks-show': true,
      'access-token-duration': accessTokenSeconds,
      'refresh-token-duration': 86_400,
      'code-duration': 60,
      'refresh-token-rolling': true,
      'refresh-token-one-use': 'always',
      'allow-non-oidc': false,
      'auth-type-code-enabled': true,
      'auth-type-refresh-enabled': true,
      'pkce-allowed': true,
      'pkce-required': true,
      'oauth-as-iss-id': true,
      'subject-type': 'public',
      'name-claim': 'mandatory',
      'email-claim': 'mandatory',
      claims: [{ name: 'organization', 'user-property': 'organization', type: 'string', mandatory: true, scope: [] }],
    },
  };
}
