/** The echo tool on tmcp, its HTTP transport, and the listener its README names. */
import { createServer } from 'node:http';
import { createRequestListener } from '@remix-run/node-fetch-server';
import { ZodJsonSchemaAdapter } from '@tmcp/adapter-zod';
import { HttpTransport } from '@tmcp/transport-http';
import { McpServer } from 'tmcp';
import * as z from 'zod/v4';

const input = z.object({ text: z.string().min(1).max(1000) });

const mcp = new McpServer(
  { name: 'bench', version: '1.0.0', description: 'bench' },
  { adapter: new ZodJsonSchemaAdapter(), capabilities: { tools: {} } },
);
mcp.tool(
  { name: 'echo', title: 'Echo', description: 'Says back what it is told.', schema: input },
  async ({ text }) => ({ content: [{ type: 'text', text }] }),
);

const transport = new HttpTransport(mcp, { path: '/mcp', allowedOrigins: true });
const server = createServer(
  createRequestListener(async (request) => (await transport.respond(request)) ?? new Response(null, { status: 404 })),
);
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
