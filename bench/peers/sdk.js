/** The echo tool on the official SDK v2: `McpServer` behind its own per-request handler and Node adapter. */
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import * as z from 'zod/v4';

const input = z.object({ text: z.string().min(1).max(1000) });

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool(
    'echo',
    { title: 'Echo', description: 'Says back what it is told.', inputSchema: input },
    async ({ text }) => ({ content: [{ type: 'text', text }] }),
  );
  return server;
});

const server = createServer(toNodeHandler(handler));
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
