import { isObject, type JsonObject } from '../core/json.ts';

/** What the call log keeps of arguments. */
export type ArgumentsMode = 'off' | 'shapes' | 'whole';

const LONGEST_BYTES = 4096;
const MOST_NAMES = 50;
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** How arguments are described in the record of a call, by mode; text of at most 4 kB, or null for nothing. */
export function createArgumentsDescriber(mode: ArgumentsMode): (args: JsonObject) => string | null {
  switch (mode) {
    case 'off':
      return () => null;
    case 'shapes':
      return (args) => cut(JSON.stringify(shapes(args)));
    case 'whole':
      return (args) => cut(JSON.stringify(args));
  }
}

/**
 * Type and size by name: `{"q":"string(12)","tags":"array(3)"}`. Never a value; and as the names inside an argument
 * may be data too, only the arguments' own are given, where they look like names.
 */
function shapes(args: JsonObject): JsonObject {
  const described: JsonObject = {};
  const names = Object.keys(args);
  for (const name of names.slice(0, MOST_NAMES)) described[NAME.test(name) ? name : '?'] = shapeOf(args[name]);
  if (names.length > MOST_NAMES) described['…'] = `${names.length - MOST_NAMES} more`;
  return described;
}

function shapeOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `string(${value.length})`;
  if (Array.isArray(value)) return `array(${value.length})`;
  if (isObject(value)) return `object(${Object.keys(value).length})`;
  return typeof value;
}

function cut(text: string): string {
  if (text.length <= LONGEST_BYTES / 3) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= LONGEST_BYTES) return text;
  const note = `… (${bytes.length} bytes)`;
  const kept = bytes.subarray(0, LONGEST_BYTES - Buffer.byteLength(note)).toString();
  // The cut may fall within a character.
  return kept.replace(/\uFFFD$/, '') + note;
}
