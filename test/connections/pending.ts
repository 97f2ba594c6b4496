import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { type Administered, openAdministered } from '../admin/admin.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { AUDIENCE, DOCUMENT, OPEN_TOOLS, SERVER_URL } from '../credentials/api.ts';
import { type Door, MASTER, modernBody, modernHeaders, openDoor } from '../security/door.ts';
import { browse } from './browsing.ts';
import { codeOf } from './codes.ts';
import { openSetting, type Setting } from './setting.ts';

/** A server at which accounts wait for their codes, on a clock that stands still. */
export interface PendingSetting extends AsyncDisposable {
  readonly server: Administered;
  readonly door: Door;
  readonly clock: ManualClock;
  readonly setting: Setting;
  /** Another node on the same database and cache. */
  beside(): Promise<Door>;
  /** Goes through all pages with an account of an organization. @returns the last page. */
  page(url: string, organization?: string): Promise<string>;
  /** The same. @returns the code on it. */
  connect(url: string, organization?: string): Promise<string>;
  /** A call by a client that can ask nobody. @returns what it is told. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  call(credential: string, args?: object, tool?: string, door?: Door): Promise<any>;
  /** A tool of the admin API, likewise. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  manage(credential: string, tool: string, body: object): Promise<any>;
  /** An API key. */
  key(tenant?: string): Promise<string>;
  /** The token of a user of another issuer. */
  token(subject: string): Promise<string>;
  readonly issuer: string;
  rows(): Promise<readonly { readonly tenant: string; readonly subject: string | null }[]>;
  /** The events of the audit trail about accounts, oldest first. */
  trail(): Promise<readonly string[]>;
}

const MUTE = { _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } };

/** @param config other sections of it. */
export async function openPending(
  upstream: object = {},
  document: object = DOCUMENT,
  config: object = {},
): Promise<PendingSetting> {
  const clock = manualClock(Date.now());
  const issuer = await TestIssuer.start();
  const authorize = { redirectUri: `${SERVER_URL}/connect/api/callback` };
  const setting = await openSetting({ clock, clientSecret: MASTER, authorize });
  const oauth = {
    ...{ clientId: 'postern', tokenEndpoint: `${setting.endpoint.url}/oauth/token` },
    authorizationEndpoint: `${setting.endpoint.url}/oauth/authorize`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${env:MASTER}',
  };
  const options = {
    ...{ api: { document, url: setting.api.url }, clock },
    upstream: { ...OPEN_TOOLS, credential: { from: 'connection', oauth }, ...upstream },
    config: {
      server: { url: SERVER_URL, hosts: ['127.0.0.1'] },
      auth: { issuers: [{ issuer: issuer.url, claims: { tenant: 'org' } }] },
      observe: { arguments: 'whole' },
      ...config,
    },
  };
  const server = await openAdministered(options);
  const { door } = server;
  const nodes: Door[] = [];
  const page: PendingSetting['page'] = async (url, organization) => {
    const { back } = await browse(door, url, organization);
    return back.body;
  };
  return {
    ...{ server, door, clock, setting, page, issuer: issuer.url },
    beside: async () => {
      const node = await openDoor({ ...options, beside: door });
      nodes.push(node);
      return node;
    },
    connect: async (url, organization) => codeOf({ text: await page(url, organization) }),
    call: async (credential, args = {}, tool = 'me', at = door) =>
      (await at.call(credential, tool, args, MUTE)).json.result.structuredContent,
    manage: async (credential, name, body) => {
      const params = { name, arguments: { body }, ...MUTE } as never;
      const { json } = await door.send({
        path: '/admin/mcp',
        headers: {
          ...{ 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${credential}` },
          ...modernHeaders('tools/call', params),
        },
        body: JSON.stringify(modernBody('tools/call', params)),
      });
      return json.result.structuredContent;
    },
    key: async (tenant) => (await door.key(tenant)).key,
    token: (subject) => issuer.token({ aud: AUDIENCE, sub: subject }),
    rows: () => door.database.connections.list({ limit: 10 }),
    trail: async () => {
      // It is written behind whoever did it.
      await clock.advance(2_000);
      const rows = await door.database.audit.list({ limit: 50 });
      return rows
        .map(({ event }) => event)
        .filter((event) => event.startsWith('connection_'))
        .reverse();
    },
    [Symbol.asyncDispose]: async () => {
      for (const node of nodes) await node[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await Promise.all([setting.close(), issuer[Symbol.asyncDispose]()]);
    },
  };
}
