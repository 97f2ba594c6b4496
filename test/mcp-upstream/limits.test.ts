import { afterEach, expect, test } from 'vitest';
import { createUpstreamStates } from '../../src/server/upstreams/upstream-states.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { expectsStatus } from '../gates/expected.ts';
import { call, load } from './load.ts';
import { startServer } from './server.ts';

expectsStatus(500, 'an MCP server that fails, served by the same door');

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** An upstream whose server answers every call with this status from now on. */
async function refusing(status: number, headers: { [name: string]: string } = {}) {
  const clock = manualClock();
  const states = createUpstreamStates({ cache: createMemoryCache({ clock }), clock });
  const server = await startServer({ era: 'modern' });
  server.service.tool({ name: 'echo' }, () => ({ content: [{ type: 'text', text: 'x' }] }));
  const up = await load({ mcp: { url: `${server.url}/mcp` } }, { clock, states });
  open.push(server, states, up);
  const seen = { posts: 0 };
  server.intercept = ({ method }) => {
    if (method !== 'POST') return undefined;
    seen.posts += 1;
    return { status, headers, body: null };
  };
  return { clock, states, server, up, seen };
}

test('a call that an MCP server limits is not made again before its time', async () => {
  const { clock, server, up, seen } = await refusing(429, { 'retry-after': '7' });
  const limited = { code: 'rate_limited', details: { retryAfterSeconds: 7 } };
  await expect(call(up, 'up_echo')).rejects.toMatchObject(limited);
  const { posts } = seen;
  await expect(call(up, 'up_echo')).rejects.toMatchObject(limited);
  expect(seen.posts).toBe(posts);
  server.intercept = () => undefined;
  await clock.advance(7_000);
  expect((await call(up, 'up_echo')).content).toEqual([{ type: 'text', text: 'x' }]);
});

test('a server that fails ten calls in a row is left alone for a while, and said to be', async () => {
  const { states, up, seen } = await refusing(500);
  for (let turn = 0; turn < 10; turn += 1)
    await expect(call(up, 'up_echo')).rejects.toMatchObject({ code: 'upstream_error' });
  const before = seen.posts;
  await expect(call(up, 'up_echo')).rejects.toMatchObject({ code: 'circuit_open' });
  expect(seen.posts).toBe(before);
  expect(states.counters()).toEqual({ 'circuits_open{up}': 1 });
});
