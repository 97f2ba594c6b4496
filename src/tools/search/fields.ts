import { isObject } from '../../core/json.ts';
import type { Tool } from '../../core/tool.ts';
import { fixedSegments, tellingWords } from './words.ts';

export type Field = 'name' | 'title' | 'path' | 'tags' | 'parameters' | 'schema' | 'description' | 'returns';

/** How much a word counts by where it stands. Most descriptions begin with the title, so that one counts little. */
export const BOOST: { readonly [field in Field]: number } = {
  name: 1.5,
  title: 0.3,
  path: 1.5,
  tags: 1.2,
  parameters: 0.3,
  schema: 0.8,
  description: 1.2,
  returns: 0.6,
};

export const FIELDS = Object.keys(BOOST) as readonly Field[];

/** What comes later in a description is about permissions, media types and exceptions. */
const DESCRIPTION_CHARS = 400;
/** The first sentence on an argument says what it is for; what follows is on its format. */
const ARGUMENT_CHARS = 80;

type Stem = (word: string) => string;

/** What is searched of a tool, as stems with a space between two. */
export function fieldsOf(tool: Tool, operation: string | undefined, stem: Stem): Record<Field, string> {
  const stemmed = (text: string) => tellingWords(text).map(stem).join(' ');
  // In what is not about the tool itself, a word says the same once as many times.
  const once = (text: string) => [...new Set(tellingWords(text).map(stem))].join(' ');
  const { names, descriptions } = argumentsOf(tool);
  return {
    name: stemmed(nameOf(tool)),
    title: stemmed(tool.title ?? ''),
    path: stemmed(pathOf(operation)),
    tags: stemmed(tool.tags.join(' ')),
    parameters: stemmed(names.join(' ')),
    schema: once(descriptions.join(' ')),
    description: stemmed(prose(tool).slice(0, DESCRIPTION_CHARS)),
    returns: once(returned(tool)),
  };
}

/** A name without the hash that a long one ends in: it is nobody's word. */
export function nameOf({ name }: Tool): string {
  return name.replace(/_[0-9a-f]{6}$/, '');
}

/** The fixed segments of the path of an operation, as words. */
export function pathOf(operation = ''): string {
  return fixedSegments(operation.slice(operation.indexOf(' ') + 1)).join(' ');
}

/** The line on what an operation returns: a list of names, and none of what it is about. */
const RETURNS = /\n\nReturns ([^\n]*)$/;

function prose({ description }: Tool): string {
  return description.replace(RETURNS, '');
}

function returned({ description }: Tool): string {
  return (RETURNS.exec(description)?.[1] ?? '').replace(/^list of|and \d+ more/g, ' ');
}

interface Arguments {
  readonly names: string[];
  readonly descriptions: string[];
}

/** Of the arguments, and of the first level of those that are objects: a body's. */
function argumentsOf({ inputSchema }: Tool): Arguments {
  const found: Arguments = { names: [], descriptions: [] };
  collect(inputSchema, found);
  for (const property of propertiesOf(inputSchema)) collect(property[1], found);
  return found;
}

function collect(schema: unknown, { names, descriptions }: Arguments): void {
  for (const [name, property] of propertiesOf(schema)) {
    names.push(name);
    const text = isObject(property) ? property['description'] : undefined;
    if (typeof text === 'string') descriptions.push(text.slice(0, ARGUMENT_CHARS));
  }
}

function propertiesOf(schema: unknown): [string, unknown][] {
  return isObject(schema) && isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
}
