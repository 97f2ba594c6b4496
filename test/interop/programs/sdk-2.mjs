// Stays connected from round to round: node sdk-2.mjs URL KEY TOOL ARGUMENTS auto|legacy
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { answerRounds } from './rounds.mjs';

const [url, key, name, args, mode] = process.argv.slice(2);
const client = new Client({ name: 'interop', version: '0' }, { versionNegotiation: { mode } });
const requestInit = { headers: { Authorization: `Bearer ${key}` } };
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));

const wanted = mode === 'auto' ? 'modern' : 'legacy';
if (client.getProtocolEra() !== wanted) throw new Error(`The era is ${client.getProtocolEra()}, not ${wanted}.`);

await answerRounds(async () => {
  const { tools } = await client.listTools();
  const result = await client.callTool({ name, arguments: JSON.parse(args) });
  return { tools, result };
});
