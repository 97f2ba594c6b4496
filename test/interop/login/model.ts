import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject } from '../../../src/core/json.ts';

/** A model that knows one thing: it calls a tool, and says what came of it. */
export interface Model {
  /** As `ANTHROPIC_BASE_URL` takes it. */
  readonly url: string;
  close(): void;
}

export async function startModel(tool: string): Promise<Model> {
  let answers = 0;
  const server = createServer((request, response) => {
    void body(request).then((given) => {
      if (request.method !== 'POST' || !isObject(given) || !Array.isArray(given['messages'])) {
        response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
        return;
      }
      const result = resultIn(given['messages'].at(-1));
      answers += 1;
      const call = { type: 'tool_use', id: `toolu_${answers}`, name: tool, input: {} } as const;
      const block = result === undefined ? call : ({ type: 'text', text: result } as const);
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events(`msg_${answers}`, block));
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

/** What the tool gave, when that was said last. */
function resultIn(message: unknown): string | undefined {
  const content: unknown = isObject(message) ? message['content'] : undefined;
  const last: unknown = Array.isArray(content) ? content.at(-1) : undefined;
  return isObject(last) && last['type'] === 'tool_result' ? JSON.stringify(last['content']) : undefined;
}

type Block =
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object }
  | { readonly type: 'text'; readonly text: string };

/** One block, streamed as the Messages API streams it. */
function events(id: string, block: Block): string {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = { id, type: 'message', role: 'assistant', model: 'scripted', content: [], usage };
  const call = block.type === 'tool_use';
  const delta = call ? { type: 'input_json_delta', partial_json: '{}' } : { type: 'text_delta', text: block.text };
  const stop = { stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null };
  return [
    { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
    { type: 'content_block_start', index: 0, content_block: call ? block : { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: stop, usage },
    { type: 'message_stop' },
  ]
    .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');
}
