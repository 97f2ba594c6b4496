import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { WEBHOOK_TYPES } from '../../src/core/webhooks.ts';
import { auditRecord } from '../../src/observe/audit-log.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { TOLD, webhookEvent } from '../../src/webhooks/events.ts';
import { createSecret, rotated, signatures } from '../../src/webhooks/secrets.ts';
import { folder } from '../cli/terminal.ts';

const PAGE = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
const block = (label: string) => new RegExp(`^\`\`\`${label}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(PAGE)?.[1] ?? '';

test('the page has every type, with what is told', () => {
  const rows = [...PAGE.matchAll(/^\| ((?:`\w+\.\w+`(?:, )?)+) \| .* \| (.*) \|$/gm)].flatMap(([, types, data]) =>
    (types?.match(/\w+\.\w+/g) ?? []).map((type) => [type, data?.match(/\w+/g) ?? []] as const),
  );
  expect(rows.map(([type]) => type).sort()).toEqual([...WEBHOOK_TYPES]);
  const every = [
    'id',
    'keyId',
    'linkId',
    'grantId',
    'name',
    'upstream',
    'subject',
    'reason',
    'limit',
    'calls',
    'endsAt',
  ];
  for (const [event, type] of TOLD) {
    const detail = Object.fromEntries(every.map((member) => [member, member]));
    const clientId = type === 'client.registered' || type === 'grant.revoked' ? { clientId: 'c' } : {};
    const record = auditRecord({ event, actorKind: 'system', tenant: 'acme', detail, ...clientId }, 'aud_1', 0);
    const { tenant, ...data } = JSON.parse(webhookEvent(record)?.body ?? '').data;
    expect([tenant, type, Object.keys(data)]).toEqual(['acme', type, rows.find(([each]) => each === type)?.[1]]);
  }
});

test('the example of a receiver verifies what is sent, and nothing else', async () => {
  const file = join(folder(), 'verify.mjs');
  writeFileSync(file, block('js'));
  const { verify } = await import(/* @vite-ignore */ pathToFileURL(file).href);
  const now = 1_700_000_000;
  const [first, signed] = [createSecret(), { id: 'evt_1', timestamp: now, body: block('json').trim() }];
  const secrets = rotated({ current: first }, now * 1000);
  const headers = {
    'webhook-id': signed.id,
    'webhook-timestamp': String(now),
    'webhook-signature': signatures(secrets, signed),
  };
  for (const secret of [first, secrets.current]) expect(verify(secret, headers, signed.body, now)).toBe(true);
  expect(verify(createSecret(), headers, signed.body, now)).toBe(false);
  expect(verify(first, headers, `${signed.body} `, now)).toBe(false);
  expect(verify(first, headers, signed.body, now + 301)).toBe(false);
});

test('the page shows what is sent, and a config that is taken', () => {
  const detail = { keyId: 'key_0a1B2c3D4e5F', name: 'CI' };
  const record = auditRecord(
    { event: 'key_created', actorKind: 'operator', tenant: 'acme', detail },
    'aud_1',
    Date.UTC(2026, 10, 21, 12),
  );
  expect(`${webhookEvent(record)?.body}\n`).toBe(block('json'));
  const config = readConfig(load(block('yaml')), { name: 'docs', lineOf: () => undefined }, { baseDir: '.', env: {} });
  expect(config.webhooks).toMatchObject({ enabled: true, timeoutSeconds: 15 });
  expect(config.webhooks.retrySeconds).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400]);
});
