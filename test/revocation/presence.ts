import { type Answer, send } from '../e2e/raw-http.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { EventReader } from '../security/events.ts';
import { begin, slowly } from './begun.ts';

/** Somebody with a credential. */
export interface Caller {
  readonly name: string;
  readonly id: string;
  readonly headers: { readonly [name: string]: string };
  /** Where, when not at the endpoint. */
  readonly path?: string;
  /** The one thing that can be asked with it, where it is no credential for tools. */
  readonly only?: string;
}

/** The ways in, and whether each is one now. */
export type Ways = { readonly [way: string]: boolean };

/**
 * A caller who is at a node by every way: requests, a session, two kinds of streams, a call that does not end and one whose
 * body was long on its way, a request whose body still is, and a URL at which an account is connected.
 */
export interface Presence {
  ways(): Promise<Ways>;
  leave(): void;
}

const LISTEN = { notifications: { toolsListChanged: true } };
const JSON_TYPE = { 'content-type': 'application/json' };

export async function enter(url: URL, caller: Caller): Promise<Presence> {
  const { headers, path = url.pathname, only } = caller;
  const opens = async (given: unknown) => {
    const { pathname, search } = new URL(String(given));
    return (
      (await send(url, { method: 'GET', path: pathname + search, headers: { host: headers['host'] ?? '' } })).status ===
      200
    );
  };
  if (only !== undefined) {
    const tools = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    const asked = { ...headers, ...JSON_TYPE, accept: 'application/json' };
    const wanted = { path: '/admin/api/connect-urls', headers: asked, body: JSON.stringify({ upstream: 'api' }) };
    const given = JSON.parse((await send(url, wanted)).body).url;
    const ask = { path: '/admin/mcp', headers: asked, body: JSON.stringify(tools) };
    const slow = slowly(url, ask);
    const ways = async () => {
      const welcome = (await send(url, { method: 'GET', path: only, headers })).status === 200;
      return {
        ...{ connecting: await opens(given), request: welcome, tools: (await send(url, ask)).status === 200 },
        body: await slow.served(welcome),
      };
    };
    return { ways, leave: slow.leave };
  }
  const asking = (method: string, params: object) => {
    const own = { ...JSON_TYPE, accept: 'application/json', ...modernHeaders(method, params as never) };
    return { path, headers: { ...headers, ...own }, body: JSON.stringify(modernBody(method, params as never)) };
  };
  const modern = (method: string, params: object): Promise<Answer> => send(url, asking(method, params));
  const legacy = (method: string, params: object, more: object): Promise<Answer> =>
    send(url, {
      path,
      headers: { ...headers, ...JSON_TYPE, accept: 'application/json', ...more },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });

  const opening = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const opened = await legacy('initialize', opening, {});
  const session = {
    'mcp-session-id': String(opened.headers['mcp-session-id']),
    'mcp-protocol-version': '2025-11-25',
  };
  // A link takes no GET.
  const stream =
    caller.path === undefined
      ? await openStream(url, { method: 'GET', path, headers: { ...headers, ...session } })
      : undefined;
  const old = caller.path === undefined ? await openStream(url, { method: 'GET', path: '/sse', headers }) : undefined;
  const subscription = await openStream(url, {
    method: 'POST',
    path,
    headers: { ...headers, ...JSON_TYPE, ...modernHeaders('subscriptions/listen', LISTEN) },
    body: JSON.stringify(modernBody('subscriptions/listen', LISTEN)),
  });
  const told = await modern('tools/call', { name: 'me', arguments: {} });
  const given = JSON.parse(told.body).result?.structuredContent.error.details?.connectUrl;
  // A link is told of no URL.
  if ((given === undefined) !== (caller.path !== undefined)) throw new Error(`told: ${told.body}`);
  const slow = slowly(url, asking('tools/list', {}));
  const late = begin(url, asking('tools/call', { name: 'wait', arguments: {} }));
  let answered = false;
  const call = modern('tools/call', { name: 'wait', arguments: {} }).then(
    () => {
      answered = true;
    },
    () => undefined,
  );
  return {
    ways: async () => {
      // From the first time on, it runs.
      late.arrive();
      const welcome = (await modern('tools/list', {})).status === 200;
      return {
        request: welcome,
        body: await slow.served(welcome),
        session: (await legacy('tools/list', {}, session)).status === 200,
        ...(stream === undefined ? {} : { stream: stream.open() }),
        ...(old === undefined ? {} : { old: old.open() }),
        subscription: subscription.open(),
        ...(given === undefined ? {} : { connecting: await opens(given) }),
        call: !answered,
        late: !late.answered(),
      };
    },
    leave: () => {
      slow.leave();
      late.leave();
      stream?.leave();
      old?.leave();
      subscription.leave();
      void call;
    },
  };
}

/** @throws Error where it is no stream. */
async function openStream(url: URL, ask: Parameters<typeof EventReader.open>[1]) {
  const reader = await EventReader.open(url, ask);
  if (reader.status !== 200) throw new Error(`a stream was answered with ${reader.status}`);
  let open = true;
  const over = () => {
    open = false;
  };
  reader.ended().then(over, over);
  return { open: () => open, leave: () => reader.leave() };
}
