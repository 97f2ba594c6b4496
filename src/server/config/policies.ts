import { z } from 'zod';
import { EFFECTS } from '../../tools/guards/effects.ts';
import { choice, text } from './fields.ts';

const effect = () => choice(EFFECTS);

const rules = {
  read: effect().optional().describe('Tools that only read.'),
  write: effect().optional().describe('Tools that change something, destructive ones too.'),
  destructive: effect().optional().describe('Tools that may destroy something, or do not say that they do not.'),
  tags: z
    .record(text('the name of a tag'), effect())
    .default({})
    .describe('Tools with a tag, over what they do. Of several tags the strictest holds.'),
  tools: z.record(text('the name of a tool'), effect()).default({}).describe('Single tools, over all else.'),
};

/** What becomes of calls that their callers may make. */
export const policies = z.strictObject({
  ...rules,
  tenants: z
    .record(text('a tenant'), z.strictObject(rules))
    .default({})
    .describe('What is different for a tenant: over the rule of the same level, not over one about a single tool.'),
});
