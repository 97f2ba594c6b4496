/** Two nodes on one PostgreSQL: what is due is told by one of them. */
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openPostgres } from '../../src/stores/postgres.ts';
import { POSTGRES, postgresServer } from '../servers/postgres.ts';
import { openReceiver, verifies } from './receiver.ts';
import { happen, openNode, webhooksWith } from './told.ts';

describe.skipIf(POSTGRES === undefined)('two nodes', () => {
  test('tell each event once, however many of them look at the same time', async () => {
    const postgres = await postgresServer();
    const url = await postgres.fresh();
    const clock = systemClock;
    const databases = [openPostgres({ url, clock }), openPostgres({ url, clock })] as const;
    await databases[0].migrate();
    const receiver = await openReceiver();
    const nodes = databases.map((database) => openNode([receiver.host], database, clock));
    try {
      const [first] = databases;
      const webhooks = webhooksWith([receiver.host], first, clock);
      const { secret } = await webhooks.create({ tenant: 'acme', url: receiver.url });
      for (let n = 0; n < 100; n++) {
        const database = databases[n % 2] ?? first;
        await happen({ database, clock }, 'key_created', { keyId: `key_${n}`, name: 'CI' });
      }
      for (let told = 0; told < 100; told = receiver.received.length)
        await Promise.all(nodes.map((node) => node.turn()));
      expect(receiver.received).toHaveLength(100);
      expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(100);
      expect(receiver.received.every((each) => verifies(secret, each))).toBe(true);
      const { rows } = await webhooks.deliveries({ state: 'done', limit: 200 });
      expect(rows.map(({ attempts }) => attempts)).toEqual(Array.from({ length: 100 }, () => 1));
      for (const { became, failures } of nodes) {
        expect(failures).toEqual([]);
        expect(became.length).toBeGreaterThan(0);
      }
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
      await receiver.close();
      await Promise.all(databases.map((database) => database.close()));
      await postgres.stop();
    }
  }, 60_000);
});
