import { z } from 'zod';
import { count, flag, list, matching } from './fields.ts';

const [MINUTE, HOUR] = [60, 3_600];

export const webhooks = z.strictObject({
  enabled: flag()
    .default(false)
    .describe('Tell receivers of what happens. They are set up by `postern webhooks create`.'),
  allow: list(
    matching(/^([A-Za-z0-9.-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?)$/, 'a host such as hooks.internal or [fd00::1]:8443'),
    'a list of hosts',
  )
    .default([])
    .describe(
      'Hosts of receivers that may be at private addresses, without TLS, and at other ports than 443 and 8443.',
    ),
  retrySeconds: list(count('seconds', 1, 604_800), 'a list of seconds')
    .refine((given) => given.length >= 1 && given.length <= 20, { error: 'from 1 to 20 of them' })
    .default([5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR])
    .describe(
      'How long it is waited after each attempt that failed, in seconds, give or take a tenth. After the last of them what ' +
        'was to be told is a dead letter.',
    ),
  timeoutSeconds: count('seconds', 1, 60).default(15).describe('How long a receiver may take to answer, in seconds.'),
});
