/**
 * Our side as in `postern.ts`, with capability links beside the key.
 *
 * Arguments: how many links there are; the file of the database.
 */
import { z } from 'zod';
import { tool } from '../../src/index.ts';
import { serveOwn } from './own.ts';

const [, , links = '1', file = ':memory:'] = process.argv;
const SCOPE = 'echo:use';

await serveOwn({
  scope: SCOPE,
  file,
  links: Number(links),
  tools: [
    tool({
      name: 'echo',
      title: 'Echo',
      description: 'Says back what it is told.',
      input: z.object({ text: z.string().min(1).max(1000) }),
      scopes: [SCOPE],
      annotations: { readOnlyHint: true },
      run: ({ text }) => text,
    }),
  ],
  auth: { scopes: { [SCOPE]: 'Use the tools of the benchmark.' }, links: { enabled: true } },
});
