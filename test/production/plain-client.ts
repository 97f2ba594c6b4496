import type { Example } from '../interop/example.ts';

/** What came back from one POST. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a plain client has no types for what it reads
  readonly body: any;
}

/** What somebody writes who has curl, a key or a link, and no MCP library: one POST a call, nothing before it. */
export function plainClient({ mcp, key }: Pick<Example, 'mcp'> & Partial<Pick<Example, 'key'>>) {
  let id = 0;
  const post = (method: string, params: object): Promise<Response> =>
    fetch(mcp, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
  const ask = async (method: string, params: object): Promise<Answer> => {
    const response = await post(method, params);
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return {
    post,
    ask,
    call: (name: string, args: object) => ask('tools/call', { name, arguments: args }),
  };
}

/** The failure of a call, as a model reads it; its text says the same. */
export function failureOf({ body }: Answer) {
  const { isError, structuredContent, content } = body.result;
  const error = structuredContent?.error;
  if (isError !== true || JSON.stringify(error) !== content[0].text) throw new Error(JSON.stringify(body));
  return error;
}
