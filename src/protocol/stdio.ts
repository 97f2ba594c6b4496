import type { Readable, Writable } from 'node:stream';
import { PosternError } from '../core/errors.ts';
import { Connection } from './connection.ts';
import { parseJson } from './json-rpc.ts';
import { createParts } from './parts.ts';
import type { Caller, McpService } from './service.ts';
import type { EngineOptions } from './types.ts';

const NEWLINE = 0x0a;

/** How long requests that run when the input ends may go on, so that their answers are still written. */
const LAST_ANSWERS_MS = 2_000;

/**
 * Speaks MCP over two streams, a message a line, both eras (MCP 2026-07-28, basic/transports/stdio). Nothing but
 * messages is written to `output`.
 *
 * @returns when the input has ended and the last answers are written.
 */
export async function serveLines<C extends Caller>(
  service: McpService<C>,
  options: EngineOptions,
  input: Readable,
  output: Writable,
  caller: C,
): Promise<void> {
  const parts = createParts(service, options);
  let writable = true;
  // A reader that went away is an end like any other.
  output.on('error', () => {
    writable = false;
    input.destroy();
  });
  const write = (message: string) => {
    if (writable) output.write(`${message}\n`);
    return writable;
  };
  const connection = new Connection({ parts, caller, modern: true, write });
  try {
    for await (const line of lines(input, parts.limits.maxBodyBytes)) {
      try {
        if (line === undefined) throw new PosternError('invalid_request', { message: 'The line is too long.' });
        if (line.length > 0) void connection.take(parseJson(line, parts.limits.maxDepth));
      } catch (thrown) {
        connection.refuse(thrown);
      }
    }
  } catch (thrown) {
    if (writable) parts.note('error', { at: 'stdio' }, thrown);
  }
  await Promise.race([
    connection.idle(),
    new Promise<void>((resolve) => void parts.clock.after(LAST_ANSWERS_MS, resolve)),
  ]);
  connection.close();
  await parts.mail.close();
}

/** The lines of a stream, without their ends; nothing in the place of one longer than `max` bytes. */
async function* lines(input: Readable, max: number): AsyncGenerator<Uint8Array | undefined> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    let rest: Buffer = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      size += end;
      yield size > max ? undefined : trimmed(Buffer.concat([...held, rest.subarray(0, end)]));
      rest = rest.subarray(end + 1);
      held = [];
      size = 0;
    }
    size += rest.length;
    // What is too long is forgotten, but its length is not.
    if (size <= max) held.push(rest);
    else held = [];
  }
  if (size > 0) yield size > max ? undefined : trimmed(Buffer.concat(held));
}

function trimmed(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}
