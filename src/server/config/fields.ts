import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { templateProblem } from '../../connections/variables.ts';
import { Secret } from './secret.ts';

/**
 * The leaves of the config. The `error` of each says what is wanted; `config-problems.ts` says what was found.
 * Any leaf may be a reference: the loader has put a {@link Secret} in its place, which is revealed here.
 */
function referable<T extends z.ZodType>(schema: T): z.ZodType<z.output<T>, z.input<T>> {
  const revealed = z.preprocess((value) => (value instanceof Secret ? value.reveal() : value), schema);
  return revealed as unknown as z.ZodType<z.output<T>, z.input<T>>;
}

export function text(wanted = 'a text') {
  return referable(z.string({ error: wanted }).min(1, { error: wanted }));
}

export function matching(pattern: RegExp, wanted: string) {
  return referable(z.string({ error: wanted }).regex(pattern, { error: wanted }));
}

/** A whole number; the unit is in the field's name, or in `of`. */
export function count(of: string, min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
  const wanted = `a whole number of ${of}, ${range}`;
  const number = z.int({ error: wanted }).min(min, { error: wanted }).max(max, { error: wanted });
  const revealed = z.preprocess((value) => {
    if (!(value instanceof Secret)) return value;
    return /^\d+$/.test(value.reveal()) ? Number(value.reveal()) : value.reveal();
  }, number);
  return revealed as unknown as z.ZodType<number, number>;
}

export function flag() {
  return z.boolean({ error: 'true or false' });
}

/** One of a few words. */
export function choice<const W extends readonly [string, ...string[]]>(words: W) {
  return z.enum(words, { error: `one of ${words.join(', ')}` });
}

export function list<T extends z.ZodType>(item: T, wanted: string) {
  return z.array(item, { error: wanted });
}

/** A secret, given by reference only. */
export function secret(): z.ZodType<Secret, string> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const wanted = 'a reference, ${env:NAME} or ${file:PATH}: a secret is never written into the config';
  const held = z.custom<Secret>((value) => value instanceof Secret, { error: wanted });
  return held.meta({ secret: true }) as unknown as z.ZodType<Secret, string>;
}

function parsedUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

/** An `https:` URL, or `http:`, which the egress rules and the boot checks judge by address. */
export function webUrl(wanted: string) {
  const good = (value: string) => {
    const url = parsedUrl(value);
    if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) return false;
    // RFC 3986 §3.2.1: credentials in a URL end up in logs.
    return url.username === '' && url.password === '' && url.hash === '';
  };
  return referable(z.string({ error: wanted }).refine(good, { error: wanted }));
}

/** As {@link webUrl}, with variables such as `{subdomain}` where nobody who fills them in can choose where it leads. */
export function urlTemplate(wanted: string) {
  const good = (value: string) => parsedUrl(value) === undefined || templateProblem(value) === undefined;
  const variable = 'variables such as {subdomain} before the last two labels of the host, or in the path';
  return webUrl(wanted).refine(good, { error: `${wanted}, with ${variable}` });
}

/** An IP address, or a network of them (RFC 4632 §3.1). */
export function network() {
  const wanted = 'an IP address or a network such as 10.0.0.0/8';
  const good = (value: string) => (value.includes('/') ? ipaddr.isValidCIDR(value) : ipaddr.isValid(value));
  return referable(z.string({ error: wanted }).refine(good, { error: wanted }));
}

/** An origin as browsers send it (RFC 6454 §6.1): scheme, host and port, nothing behind. */
export function origin() {
  const wanted = 'an origin such as https://app.example.com, without a path; * is not one';
  const good = (value: string) => parsedUrl(value)?.origin === value;
  return referable(z.string({ error: wanted }).refine(good, { error: wanted }));
}
