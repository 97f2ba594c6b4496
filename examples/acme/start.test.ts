import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('.', import.meta.url));

let folder: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-start-'));
  for (const file of ['postern.yaml', 'openapi.yaml']) await copyFile(join(HERE, file), join(folder, file));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

interface Started {
  readonly mcp: string;
  readonly key: string;
  readonly pid: number;
  /** @returns the exit code. */
  stop(): Promise<number>;
}

async function start(env: { readonly [name: string]: string } = {}): Promise<Started> {
  const args = [join(HERE, 'start.ts'), '--json', ...(env['PORT'] === undefined ? ['--port', '0'] : [])];
  const child = spawn(process.execPath, args, { env: { ...process.env, ACME_FOLDER: folder, ...env } });
  children.add(child);
  const closed = once(child, 'close');
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    break;
  }
  const stop = async () => {
    // The terminal and npm may both pass on one Ctrl-C.
    child.kill('SIGINT');
    child.kill('SIGINT');
    const [code] = await closed;
    children.delete(child);
    return code;
  };
  return { ...JSON.parse(lines[0] ?? ''), stop };
}

async function call({ mcp, key }: Started, name: string, args: object) {
  const response = await fetch(mcp, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  });
  const { result } = JSON.parse(await response.text());
  return JSON.parse(result.content[0].text);
}

it('serves the tickets of one organization, stops at once, and keeps data and key', async () => {
  const first = await start();
  expect(first.mcp).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
  const created = await call(first, 'create_ticket', { body: { subject: 'Kept', requester: 'a@b.example' } });
  expect(created.id).toBe('T-1019');
  expect(await first.stop()).toBe(0);
  await expect(fetch(first.mcp)).rejects.toThrow();
  expect(() => process.kill(first.pid, 0)).toThrow();

  const second = await start({ PORT: new URL(first.mcp).port, HOST: '127.0.0.1' });
  expect([second.mcp, second.key]).toEqual([first.mcp, first.key]);
  expect((await call(second, 'get_ticket', { ticketId: 'T-1019' })).subject).toBe('Kept');
  expect(await second.stop()).toBe(0);
});
