import { isUnicodePattern } from '../../lib/pattern.ts';
import type { SchemaType } from './keywords.ts';
import type { View, Views } from './view.ts';
import { requirementNotes } from './words.ts';

/** Formats of JSON Schema 2020-12; clients refuse or misread others. */
const FORMATS = new Set(
  'date-time date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference uuid uri-template json-pointer regex'.split(
    ' ',
  ),
);
const SILENT_FORMATS = new Set(
  'int32 int64 float double byte binary base64 password string integer number int'.split(' '),
);

/** The values of an enumeration, and what the document says of each. */
export interface Meaning {
  readonly values: readonly unknown[];
  readonly texts: readonly string[];
}

export interface ProseOptions {
  readonly depth: number;
  /** Less of it, where there is little room. */
  readonly brief: boolean;
  readonly meaning?: Meaning;
}

/** What is told of a schema rather than enforced: description, default, examples, whether it is deprecated. */
export function proseOf(view: View, views: Views, { depth, brief, meaning }: ProseOptions): Record<string, unknown> {
  const said = view.description ?? (view.title && view.title !== view.name ? view.title : undefined);
  const sentences = [views.line(said, brief ? 120 : depth > 1 ? 600 : 1200)];
  if (meaning !== undefined && !brief) sentences.push(meanings(meaning, views));
  if (view.format !== undefined && !FORMATS.has(view.format) && !SILENT_FORMATS.has(view.format)) {
    sentences.push(`Format: ${views.line(view.format, 40)}.`);
  }
  sentences.push(notesOf(view, views, brief));
  if (view.nullable && depth > 0) sentences.push('May be null.');
  const prose: Record<string, unknown> = {};
  const description = sentences.filter((sentence) => sentence !== '').join(' ');
  if (description !== '') prose['description'] = description;
  if (view.default !== undefined && view.default !== null) prose['default'] = view.default;
  if (view.deprecated) prose['deprecated'] = true;
  if (view.examples !== undefined && !brief) prose['examples'] = view.examples;
  return prose;
}

/** What must be known to write a value, and has no keyword that clients understand. */
export function notesOf(view: View, views: Views, brief: boolean): string {
  const notes = [...requirementNotes(view, views), brief ? '' : telling(view, views)];
  return notes.filter((note) => note !== '').join(' ');
}

/** What tells alternatives apart: the values are often said nowhere else. */
function telling({ alternatives, discriminator }: View, views: Views): string {
  if (alternatives === undefined || discriminator === undefined) return '';
  const named = alternatives.map((at) => views.of(at).name ?? '').filter((name) => name !== '');
  const values = discriminator.values.length > 0 ? discriminator.values : named;
  return values.length === 0 ? '' : views.line(`${discriminator.property} says which: ${values.join(', ')}.`, 300);
}

function meanings({ values, texts }: Meaning, views: Views): string {
  const told = values.map((value, index) => (texts[index] ? `${String(value)}: ${views.line(texts[index], 160)}` : ''));
  return told.filter((line) => line !== '').join('; ');
}

/** The words of a schema without those that take most room for the least use. */
export function shortened(full: Record<string, unknown>, views: Views): Record<string, unknown> {
  const { examples: _, ...rest } = full;
  if (typeof rest['description'] === 'string') rest['description'] = views.line(rest['description'], 80);
  return rest;
}

/** The keywords that hold for values of `type`, those that clients take. */
export function constraintsOf(view: View, type: SchemaType): Record<string, unknown> {
  const words: Record<string, unknown> = {};
  const numbers = (keywords: readonly (keyof View['numbers'])[]) => {
    for (const keyword of keywords) if (view.numbers[keyword] !== undefined) words[keyword] = view.numbers[keyword];
  };
  if (type === 'string') {
    if (view.format !== undefined && FORMATS.has(view.format)) words['format'] = view.format;
    if (view.format === 'byte' || view.format === 'base64') words['contentEncoding'] = 'base64';
    if (view.pattern !== undefined && isUnicodePattern(view.pattern)) words['pattern'] = view.pattern;
    numbers(['minLength', 'maxLength']);
  } else if (type === 'number' || type === 'integer') {
    numbers(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']);
  } else if (type === 'array') {
    numbers(['minItems', 'maxItems']);
    if (view.uniqueItems) words['uniqueItems'] = true;
  } else if (type === 'object') numbers(['minProperties', 'maxProperties']);
  return words;
}
