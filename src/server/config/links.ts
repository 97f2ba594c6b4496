import { z } from 'zod';
import { METHOD_CLASSES } from '../../core/method-class.ts';
import { choice, count, flag, list } from './fields.ts';

export const methodClass = () => choice(METHOD_CLASSES);

export const links = z.strictObject({
  enabled: flag().default(false).describe('Accept capability links, made by `postern links create`.'),
  methods: list(methodClass(), `a list of ${METHOD_CLASSES.join(', ')}`)
    .default(['read'])
    .describe(
      'What links may be for: calls that read, that create, update or delete something, and others. Links that were ' +
        'made for more are good for this much.',
    ),
  maxDays: count('days', 1, 3_650).default(90).describe('How long a link may live from now on, in days.'),
  permanent: flag().default(false).describe('Let links have no end.'),
});
