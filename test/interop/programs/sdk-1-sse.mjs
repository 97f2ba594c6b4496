// Speaks the HTTP+SSE transport of 2024-11-05: node sdk-1-sse.mjs URL KEY TOOL ARGUMENTS
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { answerRounds } from './rounds.mjs';

const [url, key, name, args] = process.argv.slice(2);
const requestInit = { headers: { Authorization: `Bearer ${key}` } };

// Its stream is its session, and ends with the server: every round opens its own.
await answerRounds(async () => {
  const client = new Client({ name: 'interop', version: '0' });
  await client.connect(new SSEClientTransport(new URL('/sse', url), { requestInit }));
  const { tools } = await client.listTools();
  const result = await client.callTool({ name, arguments: JSON.parse(args) });
  await client.close();
  return { tools, result };
});
