export interface TextFault {
  readonly offset: number;
  readonly found: string;
  readonly wanted: string;
}

const BLANK = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings (RFC 8259 §7).
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

type Wanted = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'end';

const TOLD: { readonly [wanted in Wanted]: string } = {
  value: 'a value',
  'value or ]': 'a value or ]',
  key: 'a property name in double quotes',
  'key or }': 'a property name in double quotes, or }',
  ':': 'a colon',
  ', or ]': 'a comma or ]',
  ', or }': 'a comma or }',
  end: 'the end of the file',
};

function token(text: string, at: number): string {
  if (at >= text.length) return 'the end of the file';
  const word = /^(?:[\w.+-]+|.)/su.exec(text.slice(at, at + 24))?.[0] ?? '';
  return JSON.stringify(word);
}

function match(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/** Where a text stops being JSON, and what should have been there: V8's own message often says neither. */
export function findJsonFault(text: string): TextFault | undefined {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  let at = 0;
  const closed = (): Wanted => {
    open.pop();
    return after();
  };
  const after = (): Wanted => (open.length === 0 ? 'end' : open.at(-1) === '{' ? ', or }' : ', or ]');
  for (;;) {
    at = match(BLANK, text, at);
    const char = text[at];
    if (wanted === 'end')
      return char === undefined ? undefined : { offset: at, found: token(text, at), wanted: TOLD.end };
    let next: Wanted | undefined;
    let end = at + 1;
    if (wanted.startsWith('value')) {
      if (char === '{') {
        open.push('{');
        next = 'key or }';
      } else if (char === '[') {
        open.push('[');
        next = 'value or ]';
      } else if (char === ']' && wanted === 'value or ]') next = closed();
      else {
        end = match(char === '"' ? STRING : LITERAL, text, at);
        if (end !== -1) next = after();
      }
    } else if (wanted.startsWith('key')) {
      if (char === '}' && wanted === 'key or }') next = closed();
      else {
        end = match(STRING, text, at);
        if (end !== -1) next = ':';
      }
    } else if (wanted === ':') next = char === ':' ? 'value' : undefined;
    else if (char === ',') next = wanted === ', or }' ? 'key' : 'value';
    else if (char === wanted.at(-1)) next = closed();
    if (next === undefined) return { offset: at, found: token(text, at), wanted: TOLD[wanted] };
    wanted = next;
    at = end;
  }
}
