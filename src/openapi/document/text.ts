import { isDeeperThan } from '../../lib/schema-depth.ts';
import { visibleText } from '../../lib/visible-text.ts';

/**
 * What a document's words lose besides: soft hyphens, directional marks, invisible operators and fillers, and joiners
 * and variation selectors in a row, which join and vary nothing but can be read as bits.
 */
const IDLE =
  /[\u00AD\u180E\u200E\u200F\u2061-\u2065\u206A-\u206F\uFFF9-\uFFFB]|[\u200C\u200D]{2,}|[\uFE00-\uFE0F]{2,}/g;

/** Most text is this and nothing has to be done to it. */
const PLAIN = /^[\x20-\x7e\n]*$/;

/** Plain visible text; line ends are `\n`. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  const lines = visibleText(text.replaceAll('\r\n', '\n')).replace(/[\r\u2028\u2029]/g, '\n');
  return lines.replace(IDLE, '');
}

const MAX_SAMPLE_DEPTH = 50;

/** A sample value with its texts made visible; nothing for one that nobody could want to see, for its depth. */
export function visibleValue(value: unknown): unknown {
  return isDeeperThan(value, MAX_SAMPLE_DEPTH) ? undefined : mapTexts(value);
}

function mapTexts(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(mapTexts);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member)]));
}

const ENTITIES: { readonly [name: string]: string } = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  hellip: '…',
  mdash: '—',
  ndash: '–',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
};

const TAGS =
  'a abbr article aside b big blockquote body br center code dd del details div dl dt em font footer h1 h2 h3 h4 h5 h6 head header hr html i iframe img ins kbd li link main mark meta nav object ol p pre q s samp section small span strike strong style sub summary sup svg table tbody td tfoot th thead title tr tt u ul var video';
const KNOWN_TAGS = new Set(TAGS.split(' '));

function entity(whole: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return code >= 32 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '';
}

function replaceTag(tag: string, name: string, closed: ReadonlySet<string>): string {
  const word = name.toLowerCase();
  const closing = tag.startsWith('</');
  if (!KNOWN_TAGS.has(word)) return closing || closed.has(word) || /\s|\/>$/.test(tag) ? '' : tag;
  if (word === 'br' || word === 'hr' || word === 'tr') return closing ? '' : '\n';
  if (word === 'li') return closing ? '' : '\n- ';
  if (word === 'code' || word === 'tt' || word === 'kbd') return '`';
  if (word === 'td' || word === 'th') return closing ? ' ' : '';
  return /^(?:p|div|ul|ol|dl|dt|dd|h\d|table|pre|section|blockquote|summary|details)$/.test(word) ? '\n' : '';
}

/** Text without HTML: its Markdown stays, and so do placeholders such as `<owner>`. */
export function withoutHtml(text: string): string {
  if (!text.includes('<') && !text.includes('&')) return text;
  const bare = text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<(script|style|iframe|object|svg)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '');
  const closed = new Set([...bare.matchAll(/<\/([A-Za-z][\w-]*)/g)].map((match) => (match[1] ?? '').toLowerCase()));
  return bare
    .replace(/<\/?([A-Za-z][\w-]*)(?:\s[^<>]*)?\/?>/g, (tag, name: string) => replaceTag(tag, name, closed))
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi, entity);
}

/** A text of several lines, as a description may have it: at most `max` characters. */
export function cleanBlock(text: string, max: number): string {
  const lines = visible(withoutHtml(visible(start(text, max)))).split('\n');
  const block = lines
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return clip(block, max);
}

/** Nothing beyond can matter, and some descriptions are books. */
function start(text: string, max: number): string {
  return text.length > max * 6 ? text.slice(0, max * 6) : text;
}

/** A text in one line: at most `max` characters. */
export function cleanInline(text: string, max: number): string {
  if (text === '') return '';
  const line = visible(withoutHtml(visible(start(text, max))));
  return clip(/[\n\t]| {2}/.test(line) ? line.split(/\s+/).join(' ').trim() : line.trim(), max);
}

/** Cut at a word, with an ellipsis, and never within a character. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '');
  const word = cut.search(/\s\S*$/);
  return `${(word > max * 0.7 ? cut.slice(0, word) : cut).trimEnd()}…`;
}
