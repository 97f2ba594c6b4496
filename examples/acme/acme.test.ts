import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PIXEL } from './seed.ts';
import { type AcmeServer, startAcme } from './server.ts';

const TOKEN = 'a token for tests';
let folder: string;
let acme: AcmeServer;
let now = new Date('2026-10-01T12:00:00Z');

const start = () => startAcme({ file: join(folder, 'acme.db'), token: TOKEN, now: () => now });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-'));
  acme = await start();
});

afterAll(async () => {
  await acme.close();
  await rm(folder, { recursive: true });
});

interface Init {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: FormData | string;
  readonly organization?: string;
  readonly token?: string;
}

async function call(path: string, init: Init = {}) {
  const { organization = 'acme', token = TOKEN, json } = init;
  const response = await fetch(acme.url + path, {
    method: init.method ?? 'GET',
    headers: {
      authorization: `Bearer ${token}`,
      'x-organization-id': organization,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: json === undefined ? (init.body ?? null) : JSON.stringify(json),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get('content-type') ?? '';
  return {
    status: response.status,
    headers: response.headers,
    type,
    bytes,
    body: type.includes('json') ? JSON.parse(String(bytes)) : String(bytes),
  };
}

describe('the gateway', () => {
  it('is asked for its token', async () => {
    const { status, type, headers } = await call('/tickets', { token: 'another' });
    expect([status, type, headers.get('www-authenticate')]).toEqual([
      401,
      'application/problem+json',
      'Bearer realm="acme"',
    ]);
  });

  it('must name an organization that exists', async () => {
    expect((await call('/tickets', { organization: 'umbrella' })).status).toBe(403);
  });

  it('sees the tickets of one organization only', async () => {
    const created = await call('/tickets', {
      method: 'POST',
      organization: 'globex',
      json: { subject: 'Only for Globex', requester: 'a@globex.example' },
    });
    expect((await call(`/tickets/${created.body.id}`, { organization: 'globex' })).status).toBe(200);
    expect((await call('/tickets/search?q=Only+for+Globex')).body.items).toEqual([]);
  });
});

describe('tickets', () => {
  it('come in pages that neither repeat nor skip', async () => {
    const ids: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await call(`/tickets?limit=7${cursor && `&cursor=${cursor}`}`);
      ids.push(...page.body.items.map((ticket: { id: string }) => ticket.id));
      cursor = page.body.next_cursor;
    }
    expect(ids).toEqual(Array.from({ length: 18 }, (_, index) => `T-${1018 - index}`));
  });

  it('refuse a cursor that was not given out', async () => {
    expect((await call('/tickets?cursor=abc')).body).toMatchObject({ title: 'Invalid cursor', status: 400 });
  });

  it('are filtered', async () => {
    const { body } = await call('/tickets?status=open&limit=50');
    expect(new Set(body.items.map((ticket: { status: string }) => ticket.status))).toEqual(new Set(['open']));
    expect((await call('/tickets?status=lost')).status).toBe(400);
  });

  it('are found by every word', async () => {
    const { body } = await call('/tickets/search?q=invoice+VAT');
    expect(body.items.length).toBeGreaterThan(0);
    expect((await call('/tickets/search?q=')).status).toBe(400);
  });

  it('are created, changed, commented and closed once', async () => {
    const created = await call('/tickets', { method: 'POST', json: { subject: 'New', requester: 'a@b.example' } });
    expect(created).toMatchObject({ status: 201, body: { status: 'open', priority: 'normal', assigneeId: null } });
    const path = `/tickets/${created.body.id}`;
    expect(created.headers.get('location')).toBe(path);

    now = new Date('2026-10-01T13:00:00Z');
    const changed = await call(path, { method: 'PATCH', json: { assigneeId: 'M-2', tags: ['vip'] } });
    expect(changed.body).toMatchObject({
      subject: 'New',
      assigneeId: 'M-2',
      tags: ['vip'],
      updatedAt: now.toISOString(),
    });

    await call(`${path}/comments`, { method: 'POST', json: { body: 'Hello', internal: true } });
    expect((await call(`${path}/comments`)).body.items).toMatchObject([{ body: 'Hello', internal: true }]);

    expect((await call(`${path}/close`, { method: 'POST' })).body.status).toBe('closed');
    expect(await call(`${path}/close`, { method: 'POST' })).toMatchObject({
      status: 409,
      body: { title: 'Already closed' },
    });
  });

  it('say every fault at once', async () => {
    const json = { subject: '', priority: 'soon', requester: 'a@b.example', assigneeId: 'M-9' };
    const { status, body } = await call('/tickets', { method: 'POST', json });
    expect(status).toBe(422);
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([
      '/subject',
      '/priority',
      '/assigneeId',
    ]);
  });

  it('are kept across starts', async () => {
    const { body } = await call('/tickets', { method: 'POST', json: { subject: 'Kept', requester: 'a@b.example' } });
    await acme.close();
    acme = await start();
    expect((await call(`/tickets/${body.id}`)).body.subject).toBe('Kept');
  });
});

describe('attachments', () => {
  it('come back as the bytes that went in', async () => {
    const form = new FormData();
    form.set('file', new File([PIXEL], 'pixel.png', { type: 'image/png' }));
    const uploaded = await call('/tickets/T-1002/attachments', { method: 'POST', body: form });
    expect(uploaded).toMatchObject({
      status: 201,
      body: { ticketId: 'T-1002', fileName: 'pixel.png', size: PIXEL.length },
    });

    const downloaded = await call(`/attachments/${uploaded.body.id}`);
    expect([downloaded.type, downloaded.bytes.equals(PIXEL)]).toEqual(['image/png', true]);
    expect((await call(`/attachments/${uploaded.body.id}`, { organization: 'globex' })).status).toBe(404);
  });

  it('need a file', async () => {
    expect((await call('/tickets/T-1002/attachments', { method: 'POST', body: 'no form' })).status).toBe(415);
    const form = new FormData();
    form.set('file', 'no file');
    expect((await call('/tickets/T-1002/attachments', { method: 'POST', body: form })).status).toBe(422);
  });
});

describe('reports', () => {
  it('count tickets', async () => {
    const { body } = await call('/reports/tickets', { organization: 'initech' });
    expect(body.total).toBe(10);
    expect(Object.values<number>(body.byStatus).reduce((sum, count) => sum + count)).toBe(10);
  });

  it('are limited per organization and window', async () => {
    const report = async (organization: string) => (await call('/reports/workload', { organization })).status;
    for (let turn = 0; turn < 3; turn += 1) expect(await report('globex')).toBe(200);
    const refused = await call('/reports/workload', { organization: 'globex' });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(refused.headers.get('ratelimit')).toBe('"reports";r=0;t=30');
    expect(refused.headers.get('ratelimit-policy')).toBe('"reports";q=3;w=30');
    expect(await report('initech')).toBe(200);
    now = new Date(now.getTime() + 30_000);
    expect(await report('globex')).toBe(200);
  });

  it('export every ticket as CSV', async () => {
    const { type, body } = await call('/exports/tickets?seconds=0', { organization: 'initech' });
    expect(type).toContain('text/csv');
    expect(body.trim().split('\n')).toHaveLength(11);
    expect((await call('/exports/tickets?seconds=600')).status).toBe(400);
  });
});

describe('systems that fail in their own manner', () => {
  it.each([
    [
      'a wrapped error',
      '/members/M-9',
      404,
      { error: { code: 'member_not_found', message: 'No member has this id.' } },
    ],
    ['a list of errors', '/usage?month=May', 400, [{ code: 'INVALID_FORMAT' }, { code: 'NOTHING_SELECTED' }]],
    ['a page that is not found', '/invoices/INV-2026-99', 404, /<h1>404 Not Found/],
    ['a page from the proxy', '/invoices/INV-2019-01', 502, /<h1>502 Bad Gateway/],
    ['a problem', '/nowhere', 404, { title: 'No such path' }],
  ])('%s', async (_, path, status, shape) => {
    const answer = await call(path);
    expect(answer.status).toBe(status);
    if (shape instanceof RegExp) expect(answer.body).toMatch(shape);
    else expect(answer.body).toMatchObject(shape);
  });

  it('a failure with status 200', async () => {
    const notify = (channel: string) => call('/notifications', { method: 'POST', json: { channel, text: 'Hello' } });
    expect(await notify('nobody')).toMatchObject({ status: 200, body: { ok: false, error: 'channel_not_found' } });
    expect((await notify('support')).body.ok).toBe(true);
  });

  it('answers when all is well', async () => {
    expect((await call('/members/M-1')).body.name).toBe('Ada Moreau');
    expect((await call('/usage?month=2026-10')).body.seats).toBe(12);
    expect((await call('/invoices/INV-2026-10')).body.paid).toBe(false);
  });
});
