import {
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordedRequest,
  type RecordingUpstream,
} from '../../src/testing/recording-upstream.ts';

/** The URL by which the servers of these tests are known, and that of their endpoint. */
export const SERVER_URL = 'https://mcp.test';
export const AUDIENCE = `${SERVER_URL}/mcp`;

/** Reads, changes, and is open to everybody. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1' },
  components: { securitySchemes: { login: { type: 'http', scheme: 'bearer' } } },
  security: [{ login: [] }],
  paths: {
    '/me': { get: { operationId: 'me', summary: 'Who calls.', responses: { 200: { description: 'ok' } } } },
    '/notes': {
      post: {
        operationId: 'add_note',
        summary: 'Add a note.',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { type: 'object', properties: { text: { type: 'string' } } } } },
        },
        responses: { 200: { description: 'ok' } },
      },
    },
    '/status': {
      get: { operationId: 'status', summary: 'Is it well?', security: [], responses: { 200: { description: 'ok' } } },
    },
  },
};

/** Lets every tool be called by whoever has a credential. */
export const OPEN_TOOLS = { tools: { scopes: 'none' } };

export const json = (body: unknown, status = 200): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** The bearer token of a request. */
export function bearerOf({ headers }: RecordedRequest): string {
  return /^Bearer (.+)$/.exec(String(headers['authorization'] ?? ''))?.[1] ?? '';
}

/**
 * An API that looks at every token before it does anything.
 * @param verify what the token says, or a rejection for one that is no good.
 */
export async function verifyingApi(
  verify: (token: string, request: RecordedRequest) => Promise<object>,
): Promise<RecordingUpstream & { /** Tokens that are refused all the same. */ readonly refused: Set<string> }> {
  const refused = new Set<string>();
  const api = await createRecordingUpstream({
    answer: async (request) => {
      if (request.target === '/status') return json({ well: true });
      const token = bearerOf(request);
      if (refused.has(token)) return json({ error: `the token ${token} is no good` }, 401);
      try {
        return json({ caller: await verify(token, request) });
      } catch (thrown) {
        return json({ error: String(thrown) }, 401);
      }
    },
  });
  return Object.assign(api, { refused });
}
