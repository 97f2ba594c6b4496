/**
 * Two tenants on one server, each with its quota: our side as in `postern.ts`, and limits.
 *
 * Arguments: how many calls a tenant may make in a second, or `unlimited`; the file of the database.
 */
import { z } from 'zod';
import { tool } from '../../src/index.ts';
import { serveOwn } from './own.ts';

const [, , calls = 'unlimited', file = ':memory:'] = process.argv;
const SCOPE = 'echo:use';
const limited = calls === 'unlimited' ? calls : Number(calls);

await serveOwn({
  scope: SCOPE,
  tenants: ['quiet', 'noisy'],
  file,
  tools: [
    tool({
      name: 'echo',
      description: 'Says back what it is told.',
      input: z.object({ text: z.string().min(1).max(1000) }),
      scopes: [SCOPE],
      run: ({ text }) => text,
    }),
  ],
  auth: { scopes: { [SCOPE]: 'Use the tools of the benchmark.' } },
  quotas: {
    // So that the generator sees which calls are refused.
    respondWith: 'status',
    limits: {
      burst: { per: 'principal', calls: limited, windowSeconds: 1 },
      tenant: { per: 'tenant', calls: limited, windowSeconds: 1 },
    },
    tenants: { quiet: { limits: { burst: 1_000_000, tenant: 1_000_000 } } },
  },
});
