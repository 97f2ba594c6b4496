import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';

const text = { type: 'string' };
const ok = { 200: { description: 'ok' } };
const inQuery = (name: string, schema: object = text, more = {}) => ({ name, in: 'query', schema, ...more });
const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } };
const ticket = {
  type: 'object',
  required: ['org_id', 'title'],
  properties: { org_id: text, title: text, account: { type: 'integer' } },
};

/** An API that trusts whoever holds its one credential: it does what its arguments say, for any organisation. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: {
    '/tickets': {
      get: {
        operationId: 'list_tickets',
        tags: ['tickets'],
        parameters: [inQuery('org_id', text, { required: true }), inQuery('page_url'), inQuery('q')],
        responses: ok,
      },
      post: {
        operationId: 'create_ticket',
        tags: ['tickets'],
        requestBody: { required: true, content: { 'application/json': { schema: ticket } } },
        responses: ok,
      },
    },
    '/tickets/{id}': {
      get: { operationId: 'get_ticket', tags: ['tickets'], parameters: [id], responses: ok },
      delete: { operationId: 'delete_ticket', tags: ['tickets', 'danger'], parameters: [id], responses: ok },
    },
    '/tickets/{id}/comments': {
      post: {
        operationId: 'comment',
        tags: ['tickets'],
        parameters: [id],
        requestBody: {
          content: { 'application/json': { schema: { type: 'object', properties: { text } } } },
        },
        responses: ok,
      },
    },
    '/status': { get: { operationId: 'status', tags: ['open'], responses: ok } },
  },
};

export interface TicketsApi {
  readonly upstream: RecordingUpstream;
  /** What it answers instead, for paths that begin so. */
  readonly instead: Map<string, { readonly status: number; readonly body: unknown }>;
  /** Method and path of each request so far. */
  readonly seen: () => string[];
}

/** Tickets 1 to 9 are acme's, 11 to 19 globex', and there are no others. */
export async function startTickets(): Promise<TicketsApi> {
  const instead: TicketsApi['instead'] = new Map();
  const answerTo = (path: string): { readonly status: number; readonly body: unknown } => {
    for (const [start, answer] of instead) if (path.startsWith(start)) return answer;
    const [, number] = /^\/tickets\/(\d+)/.exec(path) ?? [];
    if (number === undefined) return { status: 200, body: { items: [], path } };
    const tenant = Number(number) < 10 ? 'acme' : Number(number) < 20 ? 'globex' : undefined;
    if (tenant === undefined) return { status: 404, body: { message: `no ticket ${number}` } };
    return { status: 200, body: { id: Number(number), tenant } };
  };
  const upstream = await createRecordingUpstream({
    answer: ({ target }) => {
      const { status, body } = answerTo(target);
      return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    },
  });
  return { upstream, instead, seen: () => upstream.requests.map(({ method, target }) => `${method} ${target}`) };
}
