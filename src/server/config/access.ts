import { z } from 'zod';
import { PRINCIPAL_FIELDS } from '../../tools/guards/bound.ts';
import { count, text } from './fields.ts';

const FIELDS = PRINCIPAL_FIELDS.map((field) => `principal.${field}`);

/** `principal.tenant` and the like, or a value as it is. */
const filling = z
  .union([z.string(), z.number(), z.boolean()], { error: `${FIELDS.join(', ')}, or a text, number or boolean` })
  .refine((value) => typeof value !== 'string' || !value.startsWith('principal.') || FIELDS.includes(value), {
    error: `one of ${FIELDS.join(', ')}`,
  });

/** Arguments that the server fills in. */
export const bindings = () =>
  z.record(text('the name of an argument, or body and one of its members: body.org_id'), filling, {
    error: 'a mapping of arguments to principal.tenant and the like',
  });

export type BindingsConfig = z.output<ReturnType<typeof bindings>>;

/** How it is found out whether what a call is about belongs to the caller. */
export const ownershipCheck = z.strictObject({
  operation: text('an operationId, or a method and path such as GET /tickets/{id}').describe(
    'The operation of the document that reads the thing: it need not be a tool, and must change nothing.',
  ),
  args: z
    .record(text('an argument of that operation'), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe(
      'What it is called with: `{id}` stands for that argument of the call, `{body.id}` for a member of its body, ' +
        '`{principal.tenant}` for the caller.',
    ),
  expect: text('a JSONata expression').describe(
    'What must be `true` of the answer, in JSONata: `tenant = principal.tenant`. Anything else, a failure too, refuses.',
  ),
  rememberSeconds: count('seconds', 0, 300)
    .default(10)
    .describe('How long a yes is relied on for the same caller and thing, in seconds.'),
});

export type OwnershipCheck = z.output<typeof ownershipCheck>;
