import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createRecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { firstLine, postern } from '../cli/child.ts';
import { PETS } from '../cli/fixtures.ts';
import { folder } from '../cli/terminal.ts';

test('the proxies that a container platform sets are not asked: calls reach the API, and the server itself', async () => {
  let asked = 0;
  const proxy = createServer((socket) => {
    asked += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  const env = { ...Object.fromEntries(names.map((name) => [name, url])), NO_PROXY: '', no_proxy: '' };
  const upstream = await createRecordingUpstream();
  const cwd = folder({ 'pets.yaml': PETS });
  // Node itself heeds the proxies where this is set.
  const server = postern(['serve', 'pets.yaml', '--upstream', upstream.url, '--dev', '--json', '--port=0'], cwd, {
    ...env,
    NODE_USE_ENV_PROXY: '1',
  });
  try {
    const { mcp, key } = JSON.parse(await firstLine(server)) as { mcp: string; key: string };
    const answer = await fetch(mcp, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
        params: { name: 'get_pet', arguments: { id: '7' } },
      }),
    });
    expect([answer.status, await answer.text()]).toEqual([200, expect.not.stringContaining('isError":true')]);
    expect(upstream.requests.map(({ target }) => target)).toContain('/pets/7');
    expect(asked).toBe(0);
  } finally {
    server.child.kill('SIGTERM');
    await server.ended;
    await upstream.close();
    await new Promise((resolve) => void proxy.close(resolve));
  }
});
