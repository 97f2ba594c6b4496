import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Example, startExample } from '../../test/interop/example.ts';
import { LoginStore, sdk2In, signIn } from '../../test/oauth/sdk-clients.ts';
import { PIXEL } from './seed.ts';

const SDK = sdk2In('auto');
let folder: string;
let example: Example;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-start-'));
  example = await startExample(folder, 0);
  client = await connected(example);
});

afterAll(async () => {
  await client.close();
  await example.stop();
  await rm(folder, { recursive: true });
});

async function connected({ mcp, key }: Example): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(mcp), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  const made = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode: 'auto' } });
  await made.connect(transport);
  return made;
}

const call = (name: string, args: { [name: string]: unknown }) => client.callTool({ name, arguments: args });
const ticket = { subject: 'Kept', requester: 'a@b.example' };

describe('npm start', () => {
  it('listens on loopback', () => {
    expect(example.mcp).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
  });

  it('serves every operation of the document as a tool', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('search_tickets');
    expect(tools).toHaveLength(29);
  });

  it('serves one organization', async () => {
    const { structuredContent } = await call('list_members', {});
    expect(structuredContent).toMatchObject({ items: [{ name: 'Ada Moreau' }, {}, {}] });
  });

  it.each([
    ['user_ada', 'Ada Moreau'],
    ['user_ben', 'Dana Whitfield'],
  ])('serves %s, who logs in without a key, the organization of theirs', async (user, member) => {
    const store = new LoginStore();
    await expect(SDK.connect(store, example.mcp)).rejects.toThrow();
    await SDK.finish(store, example.mcp, await signIn(store.sentTo[0] ?? new URL('about:blank'), user));
    const theirs = await connected({ ...example, key: store.current?.access_token ?? '' });
    const { structuredContent } = await theirs.callTool({ name: 'list_members', arguments: {} });
    await theirs.close();
    expect(structuredContent).toHaveProperty('items.0.name', member);
  });

  it.each([
    ['a problem (RFC 9457)', 'get_ticket', { ticketId: 'T-9' }, { code: 'not_found', status: 404 }],
    ['a conflict', 'close_ticket', { ticketId: 'T-1002' }, { code: 'conflict', status: 409 }],
    ['a wrapped error', 'get_member', { memberId: 'M-9' }, { code: 'not_found', message: 'No member has this id.' }],
    ['a list of errors', 'get_usage', { month: 'May' }, { code: 'invalid_arguments', status: 400 }],
    ['a page of HTML', 'get_invoice', { number: 'INV-2019-01' }, { code: 'upstream_error', status: 502 }],
    ['a failure with status 200', 'notify_channel', { body: { channel: 'x', text: 'y' } }, { code: 'not_found' }],
    ['an array (Salesforce)', 'create_lead', { body: {} }, { code: 'invalid_arguments', message: /lastName/ }],
    ['a list of codes (GitHub)', 'create_code_issue', { body: {} }, { code: 'invalid_arguments', status: 422 }],
    ['an error object (Stripe)', 'create_refund', { body: { charge: 'ch_9' } }, { code: 'not_found', message: /ch_9/ }],
    ['a category (HubSpot)', 'get_contact', { id: '9' }, { code: 'not_found', message: 'No contact has this id' }],
    ['errors by field (Jira)', 'create_tracker_issue', { body: {} }, { code: 'invalid_arguments', message: /summary/ }],
    [
      'a quota with details (Google)',
      'list_events',
      { calendarId: 'x' },
      { code: 'rate_limited', retryAfterSeconds: 12 },
    ],
    ['an inner error (Microsoft Graph)', 'get_message', { id: 'm9' }, { code: 'not_found', message: /object was not/ }],
    ['an OAuth error with status 200', 'get_session', { user: 'x' }, { code: 'upstream_error', status: 200 }],
    ['JSON:API', 'get_article', { id: '9' }, { code: 'not_found', message: /No article has this id/ }],
    ['GraphQL', 'query_catalog', { body: { query: '{ x }' } }, { code: 'invalid_arguments', message: /Cannot query/ }],
    ['XML', 'get_label', { id: 'L-9' }, { code: 'not_found', message: 'The specified label does not exist.' }],
  ])('tells %s as what it is', async (_, name, args, error) => {
    const result = await call(name, args);
    expect(result.isError).toBe(true);
    const wanted = Object.entries(error).map(([key, value]) => [
      key,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ]);
    expect(result.structuredContent).toMatchObject({ error: Object.fromEntries(wanted) });
  });

  it('tells a rate limit with the time to wait', async () => {
    for (let turn = 0; turn < 3; turn += 1) expect((await call('report_workload', {})).isError).toBeFalsy();
    const { structuredContent } = await call('report_workload', {});
    expect(structuredContent).toMatchObject({ error: { code: 'rate_limited', retryable: true } });
    expect(structuredContent).toHaveProperty('error.retryAfterSeconds', expect.any(Number));
  });

  it('takes a file and gives it back as a picture', async () => {
    const body = { file: PIXEL.toString('base64'), fileName: 'pixel.png' };
    const { structuredContent } = await call('upload_attachment', { ticketId: 'T-1002', body });
    expect(structuredContent).toMatchObject({ contentType: 'image/png', size: PIXEL.length });

    const { content } = await call('download_attachment', { attachmentId: Object(structuredContent).id });
    expect(content).toMatchObject([{ type: 'image', mimeType: 'image/png', data: PIXEL.toString('base64') }]);
  });

  it('waits for the slow export', async () => {
    const { content } = await call('export_tickets', { seconds: 1 });
    expect(content).toMatchObject([{ type: 'text', text: expect.stringMatching(/^id,status,priority/) }]);
  });

  it('stops on Ctrl-C, and keeps data and key for the next start', async () => {
    const { structuredContent } = await call('create_ticket', { body: ticket });
    const { mcp, key, pid } = example;
    await example.stop();
    await expect(fetch(mcp)).rejects.toThrow();
    expect(() => process.kill(pid, 0)).toThrow();

    example = await startExample(folder, Number(new URL(mcp).port));
    expect([example.mcp, example.key]).toEqual([mcp, key]);
    const kept = await call('get_ticket', { ticketId: Object(structuredContent).id });
    expect(kept.structuredContent).toMatchObject(ticket);
  });
});
