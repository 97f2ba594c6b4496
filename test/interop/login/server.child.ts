// The server that clients log in to: `<folder> <port> <ms ahead>`. Says where it is served, then takes orders, one at a time.
import { join } from 'node:path';
import { type Listening, listen } from '../../../src/adapters/node.ts';
import { json } from '../../../src/http/exchange.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createDevIdentityProvider } from '../../../src/oauth/dev/identity-provider.ts';
import { CALLBACK_PATH } from '../../../src/oauth/interactions.ts';
import { compose } from '../../../src/server/compose.ts';
import { readConfig } from '../../../src/server/config/load.ts';
import { linksOf } from '../../../src/server/links.ts';
import type { Postern } from '../../../src/server/postern.ts';
import { createMemoryCache } from '../../../src/stores/memory.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import { tool } from '../../../src/tools/define.ts';
import type { Order } from './server.ts';
import { movableTime } from './time.ts';
import { watchTokens } from './token-answers.ts';

const [folder = '', port = '0', ahead = '0'] = process.argv.slice(2);
const moveOn = movableTime();
moveOn(Number(ahead));
const clock = systemClock;
const database = openSqlite({ file: join(folder, 'postern.db'), clock });
await database.migrate();
const cache = createMemoryCache({ clock });

const tokens = watchTokens();
let postern: Postern | undefined;
const server: Listening = await listen(
  {
    handle: async (request) => {
      const reply = postern === undefined ? json(503, {}) : await postern.handle(request);
      tokens.note(request, reply);
      return reply;
    },
    drain: async () => postern?.drain(),
    close: async () => postern?.close(),
  },
  { port: Number(port) },
);
const origin = server.url;
const dev = await createDevIdentityProvider({ origin, callback: origin + CALLBACK_PATH, clock });
const config = readConfig(
  {
    server: { name: 'acme', url: origin },
    auth: {
      facade: {
        identityProvider: { issuer: dev.issuer, clientId: dev.clientId, tenant: 'unused' },
        // The documents of these clients are on hosts that are not this machine.
        documents: { enabled: false },
      },
      scopes: { 'tickets:read': 'Read tickets.' },
      defaultScopes: ['tickets:read'],
      links: { enabled: true },
    },
  },
  { name: 'interop', lineOf: () => undefined },
  { baseDir: folder, env: {} },
);
const master = new Uint8Array(32).fill(9);
const links = linksOf(config, { database, cache, clock, master });
postern = await compose(config, {
  ...{ baseDir: folder, database, cache, clock, version: '0.0.0', devIdentityProvider: dev, master },
  tools: [
    tool({
      name: 'whoami',
      description: 'Says who is logged in.',
      scopes: ['tickets:read'],
      annotations: { readOnlyHint: true },
      run: async (_input, { principal }) => ({ tenant: principal.tenant, subject: principal.subject }),
    }),
  ],
});

async function obey(order: Order): Promise<unknown> {
  switch (order.verb) {
    case 'move on':
      return moveOn(order.ms);
    case 'answers':
      return tokens.answers;
    case 'revoke': {
      const { refreshToken = '', clientId = '' } = tokens.last ?? {};
      const body = new URLSearchParams({ token: refreshToken, client_id: clientId });
      return (await fetch(`${origin}/oauth/revoke`, { method: 'POST', body })).status;
    }
    case 'link': {
      const { id, url } = await links.create({ tenant: 'acme', name: 'interop' });
      return { id, url };
    }
    case 'unlink':
      return (await links.delete(order.id)) !== undefined;
  }
}

process.on('message', (order: Order) => {
  void obey(order).then((answer) => process.send?.({ answer }));
});
process.once('disconnect', () => {
  void server
    .close()
    .then(() => cache.close())
    .then(() => database.close());
});
process.send?.({ answer: origin });
