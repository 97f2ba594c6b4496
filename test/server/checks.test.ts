import { expect, test } from 'vitest';
import { z } from 'zod';
import { createPostern, type PosternOptions, tool } from '../../src/index.ts';

const quiet = { write: () => undefined };

function start(options: Partial<PosternOptions>): Promise<unknown> {
  return createPostern({ logTo: quiet, ...options }).then((postern) => postern.close());
}

const close = tool({ name: 'close', description: 'Closes.', scopes: ['tickets:wirte'], run: () => '' });

test('a tool that requires an undeclared scope does not start, and the nearest one is named', async () => {
  await expect(
    start({ tools: [close], auth: { scopes: { 'tickets:write': 'Change tickets.' } } }),
  ).rejects.toMatchObject({
    name: 'StartError',
    problems: [
      {
        where: 'auth.scopes',
        found: 'the tool close requires undeclared scope tickets:wirte; nearest: tickets:write',
      },
    ],
  });
});

test('where nobody is asked for scopes, none need be declared', async () => {
  await expect(start({ tools: [close], auth: 'none' })).resolves.toBeUndefined();
});

test('two tools of one name do not start, and it is said whose they are', async () => {
  const twin = tool({ name: 'close', description: 'Closes too.', input: z.object({}), run: () => '' });
  await expect(start({ tools: [close, twin], auth: 'none' })).rejects.toMatchObject({
    problems: [{ where: 'the tool close', found: 'one in each of code, code', wanted: 'a name for each' }],
  });
});
