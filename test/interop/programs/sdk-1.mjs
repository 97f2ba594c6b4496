// Stays connected from round to round: node sdk-1.mjs URL KEY TOOL ARGUMENTS
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { answerRounds } from './rounds.mjs';

const [url, key, name, args] = process.argv.slice(2);
const client = new Client({ name: 'interop', version: '0' });
const requestInit = { headers: { Authorization: `Bearer ${key}` } };
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));

await answerRounds(async () => {
  const { tools } = await client.listTools();
  const result = await client.callTool({ name, arguments: JSON.parse(args) });
  return { tools, result };
});
