import { z } from 'zod';
import { choice, count, flag, list, matching, text } from './fields.ts';

/** How the tools of an upstream are shown to models: the same for upstreams of every kind. */
export const catalogueFields = {
  mode: choice(['static', 'search', 'auto'])
    .default('auto')
    .describe(
      '`static` lists every tool. `search` lists four tools to find, describe and call the others with. `auto` searches ' +
        'where the list of all tools together would be more than 10,000 tokens. See catalogues.md.',
    ),
  pinned: list(
    matching(/^[A-Za-z0-9_*-]{1,64}$/, 'the name of a tool, or a pattern such as get_*'),
    'a list of names of tools',
  )
    .default([])
    .describe('Tools that are listed in every mode, by their names; `*` stands for any characters.'),
  synonyms: list(z.array(text('a word')).min(2, { error: 'two words or more that mean the same' }), 'a list of lists')
    .default([])
    .describe('Words that mean the same to those who search: lists such as `[ticket, case, incident]`.'),
};

/** What is left out of what models are shown of tools. */
export const trim = z.strictObject({
  descriptionChars: count('characters', 40, 3500)
    .optional()
    .describe('The longest description of a tool, in characters; it is cut behind a sentence where there is one.'),
  propertyDescriptionChars: count('characters', 0, 3500)
    .optional()
    .describe('The longest description of an argument, in characters; 0 leaves them out.'),
  examples: flag().default(true).describe('Keep example values.'),
  toolBytes: count('bytes', 1024, 32_768)
    .optional()
    .describe(
      'The largest tool in the list, in bytes: what is nested deepest in its arguments is left out, and says so.',
    ),
});
