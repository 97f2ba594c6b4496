import { readFileSync } from 'node:fs';
import yaml from 'js-yaml';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { openApiTools } from '../../src/openapi/tools.ts';
import { type Score, type ScoredTool, score } from './score.ts';

/** One document, measured in a process of its own: what {@link measure} prints. */
export interface Measured extends Score {
  readonly document: string;
  /** From the path to the tools as JSON, in milliseconds. */
  readonly ms: number;
  /** The most memory the process had until then, in MB. */
  readonly mb: number;
  /** Of all tools as JSON. */
  readonly bytes: number;
  readonly warnings: number;
}

async function measure(path: string): Promise<Measured> {
  const begin = performance.now();
  const document = await loadDocument(path);
  const made = openApiTools(document, { upstream: 'api' });
  let bytes = 2;
  for (const { tool, operation } of made.tools) bytes += Buffer.byteLength(JSON.stringify({ ...tool, operation })) + 1;
  const ms = Math.round(performance.now() - begin);
  const mb = Math.round(process.resourceUsage().maxRSS / 1024);
  const tools: ScoredTool[] = made.tools.map(({ tool, operation }) => {
    const { name, description, inputSchema } = tool;
    return { name, description, inputSchema, operation };
  });
  const text = readFileSync(path, 'utf8');
  const raw = path.endsWith('.json') ? JSON.parse(text) : yaml.load(text, { schema: yaml.CORE_SCHEMA });
  const scored = score(raw, JSON.parse(JSON.stringify(tools)));
  return { document: path, ...scored, ms, mb, bytes, warnings: made.warnings.length };
}

const [path = ''] = process.argv.slice(2);
console.log(JSON.stringify(await measure(path)));
