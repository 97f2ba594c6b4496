const PROTOCOL_VERSION = '2026-07-28';

const META = {
  'io.modelcontextprotocol/protocolVersion': PROTOCOL_VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'postern-bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

export interface Target {
  readonly port: number;
  readonly key?: string;
  /** Default: `/mcp`. */
  readonly path?: string;
}

/** What of a result the bench looks at. */
export interface Result {
  readonly isError?: boolean;
  readonly tools?: readonly unknown[];
  readonly nextCursor?: string;
}

/** A modern MCP request as the bytes of HTTP/1.1, every header a client sends included. */
export function mcpRequest(
  target: Target,
  id: number,
  method: string,
  params: { readonly name?: string; readonly [key: string]: unknown },
): string {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: META } });
  const head = [
    `POST ${target.path ?? '/mcp'} HTTP/1.1`,
    `host: 127.0.0.1:${target.port}`,
    'accept: application/json, text/event-stream',
    'content-type: application/json',
    ...(target.key === undefined ? [] : [`authorization: Bearer ${target.key}`]),
    `mcp-protocol-version: ${PROTOCOL_VERSION}`,
    `mcp-method: ${method}`,
    ...(params.name === undefined ? [] : [`mcp-name: ${params.name}`]),
    'user-agent: postern-bench/1.0.0',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** One per connection, each with an id of its own. */
export function mcpRequests(
  target: Target,
  connections: number,
  method: string,
  params: { readonly name?: string; readonly [key: string]: unknown },
): string[] {
  return Array.from({ length: connections }, (_, i) => mcpRequest(target, i + 1, method, params));
}

/** The result of one request, read whole. @throws when it is not 200, or a JSON-RPC error, or a call that failed. */
export async function ask(
  target: Target,
  request: string,
): Promise<{ readonly text: string; readonly result: Result }> {
  const [head = '', body = ''] = request.split('\r\n\r\n', 2);
  const [, ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
  for (const name of ['host', 'content-length']) delete headers[name];
  const response = await fetch(`http://127.0.0.1:${target.port}${target.path ?? '/mcp'}`, {
    method: 'POST',
    headers,
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`);
  // Some peers answer with a stream of one event.
  const { result } = JSON.parse(text.replace(/^event: message\ndata: /, '')) as { result?: Result };
  if (result === undefined || result.isError === true) throw new Error(`not a result: ${text.slice(0, 500)}`);
  return { text, result };
}
