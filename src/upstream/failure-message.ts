import { isObject } from '../core/json.ts';
import type { Body } from '../lib/body.ts';
import { visibleText } from '../lib/visible-text.ts';

/** Characters of a message that are passed on. */
const LONGEST = 500;

/** Where APIs put the sentence for people, best first (RFC 9457; OAuth; Google, Stripe, AWS, Twilio and their like). */
const SENTENCES = ['detail', 'message', 'Message', 'error_description', 'error_message', 'errorMessage', 'description'];
const TITLES = ['title', 'error', 'reason', 'fault', 'faultstring', 'msg', 'code', 'errorCode'];
/** Where they put the list of single faults. */
const LISTS = ['errors', 'invalid-params', 'invalid_params', 'details', 'errorMessages', 'fieldErrors', 'detail'];
/** What a single fault is about. */
const FIELDS = ['field', 'param', 'parameter', 'name', 'path', 'pointer', 'loc', 'property', 'source'];

/** Text that tells of our or the vendor's inside: traces, queries, files, private addresses. */
const INSIDE: readonly RegExp[] = [
  /^\s*at .+[:(]\d+|Traceback \(most recent|^\s*File ".+", line \d+|\bgoroutine \d+|\.(?:java|kt|scala|cs|go|rb|py|php|[cm]?[jt]sx?):\d+/m,
  /\b(?:SQLSTATE|ORA-\d{5}|syntax error at or near|duplicate key value violates)\b/i,
  /\b(?:SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM)\b|\bselect\b.+\bfrom\b.+\bwhere\b/,
  /\/(?:usr|var|home|etc|opt|srv|root|tmp|proc|mnt|Users)\/[\w./@-]+|\b[A-Z]:\\/,
  /\b(?:ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ECONNRESET)\b/,
  /\b(?:10|127)(?:\.\d{1,3}){3}\b|\b192\.168(?:\.\d{1,3}){2}\b|\b172\.(?:1[6-9]|2\d|3[01])(?:\.\d{1,3}){2}\b|\b169\.254(?:\.\d{1,3}){2}\b/,
  /\b[\w-]+(?:\.[\w-]+)*\.(?:internal|local|localdomain|lan|corp|intra|svc)\b|\blocalhost:\d+/i,
];

/** Things that look like credentials: schemes, JWTs, well-known prefixes, URLs with a password, long random runs. */
const SECRETS: readonly RegExp[] = [
  /\b(?:bearer|basic|token|api[_-]?key|secret|password|passwd|pwd|authorization)\b["']?\s*[:= ]\s*["']?(?=[^\s"',;]*\d|[^\s"',;]{16})[^\s"',;]{6,}/gi,
  /\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g,
  /\b(?:sk|pk|rk|ghp|gho|ghs|ghu|github_pat|xox[a-z]|glpat|AKIA|AIza|ya29)[-_.]?[\w-]{10,}/g,
  /\/\/[^\s/@:]+:[^\s/@]+@/g,
  /\b(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])(?![0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)[\w+/=-]{32,}/gi,
];

function cleaned(text: string, secrets: readonly string[]): string {
  // A longer beginning than is shown: what is looked for may straddle the cut.
  let clean = visibleText(text.slice(0, 4 * LONGEST)).replace(/<[^>]{0,200}>/g, ' ');
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[redacted]');
  for (const secret of SECRETS) clean = clean.replace(secret, '[redacted]');
  if (INSIDE.some((inside) => inside.test(clean))) return '';
  clean = clean.replace(/\s+/g, ' ').trim();
  return clean.length > LONGEST ? `${cutWhole(clean, LONGEST - 1)}…` : clean;
}

function cutWhole(text: string, length: number): string {
  const cut = text.slice(0, length);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function firstText(object: Record<string, unknown>, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const value = own(object, key);
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return undefined;
}

function fieldOf(fault: Record<string, unknown>): string | undefined {
  for (const key of FIELDS) {
    const value = own(fault, key);
    if (typeof value === 'string' && value !== '') return value;
    if (Array.isArray(value)) return value.filter((part) => typeof part !== 'object').join('.');
    if (isObject(value)) return firstText(value, ['pointer', 'parameter', 'header']);
  }
  return undefined;
}

function faultText(fault: unknown): string | undefined {
  if (typeof fault === 'string') return fault;
  if (!isObject(fault)) return undefined;
  const said = firstText(fault, [...SENTENCES, 'msg', 'title', 'reason', 'code']);
  const field = fieldOf(fault);
  return said === undefined || field === undefined || said === field ? said : `${field}: ${said}`;
}

/** `errors: […]`, of strings or objects, and `errors: { field: "…" | ["…"] }`. */
function listText(list: unknown): string | undefined {
  const faults = Array.isArray(list)
    ? list.slice(0, 10).map(faultText)
    : isObject(list)
      ? Object.entries(list)
          .slice(0, 10)
          .map(([field, said]) => {
            const text = Array.isArray(said) ? said.filter((part) => typeof part === 'string').join(', ') : said;
            return typeof text === 'string' ? `${field}: ${text}` : undefined;
          })
      : [];
  const texts = faults.filter((text) => text !== undefined && text !== '');
  return texts.length === 0 ? undefined : texts.join('; ');
}

function objectText(object: Record<string, unknown>): string | undefined {
  const error = own(object, 'error');
  const inner = isObject(error) ? objectText(error) : undefined;
  if (inner !== undefined) return inner;
  const said = firstText(object, SENTENCES) ?? firstText(object, TITLES);
  for (const key of LISTS) {
    const listed = listText(own(object, key));
    if (listed !== undefined) return said === undefined || listed.includes(said) ? listed : `${said} (${listed})`;
  }
  return said;
}

function markupText(text: string): string | undefined {
  const found = /<(title|message|faultstring|h1)\b[^>]{0,200}>([^<]{1,1000})</i.exec(text.slice(0, 4_000));
  return found?.[2];
}

function rawText(body: Body): string | undefined {
  if (body.kind === 'json') {
    if (typeof body.value === 'string') return body.value;
    const value = Array.isArray(body.value) ? listText(body.value) : body.value;
    return typeof value === 'string' ? value : isObject(value) ? objectText(value) : undefined;
  }
  if (body.kind !== 'text' && body.kind !== 'malformed') return undefined;
  return /^\s*</.test(body.text) ? markupText(body.text) : body.text;
}

/** A word, a number or a dash, with what may stand around it: never a host, a path, a class or a piece of code. */
const PLAIN_WORD = /^(?:["'(]?(?:[\p{L}\p{N}][\p{L}\p{N}'’-]*|\d[\d:.,%]*)["')]?[,;:.!?)]?|[–—-])$/u;

/** Word by word: one pattern for a whole sentence takes a time exponential in its numbers (CWE-1333). */
function isPlainSentence(text: string): boolean {
  const words = text.split(' ');
  return words.length > 1 && /^[\p{L}\p{N}–—-]/u.test(text) && words.every((word) => PLAIN_WORD.test(word));
}

/**
 * What a failed response says about itself, fit to be shown: one line of at most 500 characters, without markup, hidden
 * characters, credentials, traces, queries, files and private addresses. A text that tells of the inside is not
 * repaired but dropped.
 *
 * @param options.plainOnly only a sentence of plain words: for failures of the server's own, where anything else is a leak.
 * @param options.secrets what must not appear, whatever it looks like: the credential that was sent.
 */
export function failureMessage(
  body: Body,
  options: { readonly plainOnly?: boolean; readonly secrets?: readonly string[] } = {},
): string | undefined {
  const raw = rawText(body);
  if (raw === undefined) return undefined;
  const clean = cleaned(raw, options.secrets ?? []);
  if (clean === '') return undefined;
  return options.plainOnly && !(clean.length <= 200 && isPlainSentence(clean)) ? undefined : clean;
}
