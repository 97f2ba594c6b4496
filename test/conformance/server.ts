import { listen } from '../../src/adapters/node.ts';
import { createPostern, tool } from '../../src/index.ts';
import { interactive } from './fixture/interactive.ts';
import { prompts } from './fixture/prompts.ts';
import { resources, resourceTemplates } from './fixture/resources.ts';
import { tools } from './fixture/tools.ts';

/**
 * The server that the official conformance suite is run against, built on the public library alone.
 * `node test/conformance/server.ts [port]` starts it and prints its address as one line of JSON.
 */
const postern = await createPostern({
  server: { name: 'postern-conformance', version: '1.0.0' },
  auth: 'none',
  tools: [
    ...tools,
    ...interactive,
    tool({
      name: 'test_trigger_tool_change',
      description: 'Tells subscribers that the tools changed.',
      run: () => {
        postern.notify.toolsChanged();
        return 'told';
      },
    }),
    tool({
      name: 'test_trigger_prompt_change',
      description: 'Tells subscribers that the prompts changed.',
      run: () => {
        postern.notify.promptsChanged();
        return 'told';
      },
    }),
  ],
  resources,
  resourceTemplates,
  prompts,
});

const server = await listen(postern, { port: Number(process.argv[2] ?? 0), host: '127.0.0.1' });
console.log(JSON.stringify({ url: `http://localhost:${new URL(server.url).port}/mcp`, pid: process.pid }));

process.once('SIGTERM', async () => {
  await server.close();
  await postern.close();
});
