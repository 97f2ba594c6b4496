import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listTools, useTool } from '../../examples/clients/link.ts';
import { startTickets, type TicketsApi } from '../access/api.ts';
import { type Linked, openLinked } from './linked.ts';

const FOLDER = fileURLToPath(new URL('../../examples/clients/', import.meta.url));
const PROGRAM = `
import json, sys
import link
verb, *rest = json.loads(sys.stdin.read())
print(json.dumps(getattr(link, verb)(*rest)))
`;

const python = spawnSync('python3', ['--version']).status === 0;
if (!python) console.log('skipped: the example in Python, for there is no python3');

async function runPython<T>(...call: readonly unknown[]): Promise<T> {
  const env = { ...process.env, PYTHONPATH: FOLDER, PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn('python3', ['-c', PROGRAM], { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  child.stdin.end(JSON.stringify(call));
  const code = await new Promise((resolve) => void child.on('close', resolve));
  if (code !== 0) throw new Error(err);
  return JSON.parse(out);
}

const CLIENTS = [
  { language: 'TypeScript', skip: false, list: listTools, use: useTool },
  {
    language: 'Python',
    skip: !python,
    list: (link: string) => runPython<string[]>('list_tools', link),
    use: (link: string, name: string, args: object) => runPython<string>('use_tool', link, name, args),
  },
];

let api: TicketsApi;
let linked: Linked;
beforeAll(async () => {
  api = await startTickets();
  linked = await openLinked({ api });
});
afterAll(async () => {
  await linked[Symbol.asyncDispose]();
  await api.upstream.close();
});

describe.each(CLIENTS)('the example in $language', ({ list, use, skip }) => {
  test.skipIf(skip)('lists and calls with the link and nothing else, and is told when it is over', async () => {
    const { id, path } = await linked.make();
    const url = new URL(path, linked.door.url).href;
    expect((await list(url)).toSorted()).toEqual(['get_ticket', 'list_tickets', 'status']);
    expect(JSON.parse(await use(url, 'get_ticket', { id: 3 }))).toEqual({ id: 3, tenant: 'acme' });
    await expect(use(url, 'delete_ticket', { id: 3 })).rejects.toThrow('Unknown tool: delete_ticket');
    await linked.links.delete(id);
    await expect(list(url)).rejects.toThrow('link_invalid');
  });
});
