import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../core/audit.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import { manualClock } from './manual-clock.ts';

const HOUR_MS = 3_600_000;

/** What every database must keep of what many tenants add to, as tests. */
export function retentionSuite(
  name: string,
  open: (clock: Clock, rows: { readonly audit: number; readonly deliveries: number }) => Promise<Database>,
): void {
  describe(name, () => {
    it('takes what is too much of the audit trail from who did most, and from nobody else', async () => {
      const clock = manualClock();
      const database = await open(clock, { audit: 20, deliveries: 100 });
      await database.migrate();
      const add = (of: string, tenant: string | null, count: number) =>
        database.audit.append(Array.from({ length: count }, (_, n) => audited(`${of}${n}`, tenant, clock.now() + n)));
      await add('acme', 'acme', 5);
      await add('nobody', null, 3);
      await clock.advance(1_000);
      await add('flood', 'globex', 2_500);
      await clock.advance(HOUR_MS);
      const kept = async (tenant?: string) =>
        await database.audit.list({ limit: 50, ...(tenant === undefined ? {} : { tenant }) });
      await expect.poll(async () => (await kept()).length).toBe(20);
      expect(await kept('acme')).toHaveLength(5);
      const ofGlobex = await kept('globex');
      expect([ofGlobex.length, ofGlobex[0]?.id, ofGlobex.at(-1)?.id]).toEqual([12, 'aud_flood2499', 'aud_flood2488']);
      await database.close();
    });

    it('takes what is too much to be told from whose events it is, first what was told', async () => {
      const clock = manualClock();
      const database = await open(clock, { audit: 10_000, deliveries: 20 });
      await database.migrate();
      const webhook = { url: 'https://a.test/', types: [], enabled: true, reason: null, sealed: '', keyId: 'k' };
      const times = { version: 1, createdAt: clock.now(), updatedAt: clock.now() };
      await database.webhooks.insert({ id: 'all', tenant: null, ...webhook, ...times });
      await database.webhooks.insert({ id: 'own', tenant: 'globex', ...webhook, ...times });
      await database.audit.append(['a', 'b'].map((id) => audited(id, 'acme', clock.now())));
      await clock.advance(1_000);
      await database.audit.append(Array.from({ length: 30 }, (_, n) => audited(`g${n}`, 'globex', clock.now() + n)));
      // The newest are told, and the oldest wait.
      const told = await database.webhooks.deliveries({ webhookId: 'own', limit: 25 });
      const take = { lease: 'x', now: clock.now() + 100, until: clock.now() + 200 };
      for (const { id } of await database.webhooks.claim(
        told.map((row) => row.id),
        take,
      )) {
        const outcome = { state: 'done', dueAt: 0, status: 200, problem: null, at: clock.now(), counts: true } as const;
        await database.webhooks.settle(id, 'x', outcome);
      }
      await clock.advance(HOUR_MS);
      const left = () => database.webhooks.deliveries({ limit: 100 });
      await expect.poll(async () => (await left()).length).toBe(20);
      const rows = await left();
      expect(rows.filter(({ tenant }) => tenant === 'acme')).toHaveLength(2);
      expect(rows.filter(({ state }) => state === 'done')).toEqual([]);
      await database.close();
    });
  });
}

function audited(id: string, tenant: string | null, at: number): AuditRecord {
  const nobody = { actor: null, clientId: null, requestId: null } as const;
  const event = tenant === null ? 'clients_pruned' : 'key_created';
  return { id: `aud_${id}`, at, tenant, ...nobody, actorKind: 'system', event, detail: '{"keyId":"k","name":"CI"}' };
}
