/** Where a secret has no place. An error may hold the form it is part of, or say how a header begins; a line may not. */
export type Place = 'log' | 'error';

const BOTH: readonly Place[] = ['log', 'error'];

/** What looks like a secret, whoever made it. */
const FORMS: readonly (readonly [what: string, form: RegExp, places: readonly Place[]])[] = [
  ['a canary', /canary/i, BOTH],
  ['a key', /pst[an]_[0-9A-Za-z]{4,}_/, BOTH],
  ['a link', /pstl_[\w-]{8,}/, BOTH],
  ['a JWT', /\beyJ[\w-]{6,}/, BOTH],
  ['a private key', /PRIVATE KEY|"d":"/, BOTH],
  ['a password in a URL', /:\/\/[^/\s"']*:[^/\s"'@]+@/, BOTH],
  ['an Authorization header', /\b(?:bearer|basic|dpop)\s+[\w.~+/=-]{12,}/i, ['log']],
  ['a parameter', /\b(?:code|token|secret|password|assertion|code_verifier|cookie)=[^\s"'&[]{6,}/i, ['log']],
];

/** A secret is known by any sixteen characters of it that follow each other from its start, its end, or in steps. */
const GRAM = 16;
/** Fewer different characters than this are filler, such as `xxxx`. */
const DIFFERENT = 8;

interface Known {
  readonly what: string;
  readonly places: readonly Place[];
}

/** The secrets that a test file has come to know, and a look for them in text. */
export class Canaries {
  readonly #grams = new Map<string, Known>();
  readonly #public = new Set<string>();

  /** A value that is no secret, whatever it is sent as. */
  publish(value: string): void {
    for (const gram of gramsOf(value)) {
      this.#public.add(gram);
      this.#grams.delete(gram);
    }
  }

  add(secret: string | undefined, what: string, places: readonly Place[] = BOTH): void {
    if (secret === undefined || secret.length < GRAM) return;
    // An id of a key is no secret, and stands in front of what is one.
    const own = /^pst[an]_[0-9A-Za-z]+_(.+)_[0-9A-Za-z]+$/.exec(secret)?.[1] ?? secret;
    for (const gram of gramsOf(own)) {
      if (!this.#public.has(gram) && new Set(gram).size >= DIFFERENT) this.#grams.set(gram, { what, places });
    }
  }

  /** What of a text is a secret, and around which words it stands. */
  find(text: string, place: Place): string | undefined {
    for (const [what, form, places] of FORMS) {
      const at = places.includes(place) ? text.search(form) : -1;
      if (at !== -1) return `${what}: …${excerpt(text, at)}…`;
    }
    for (const { 0: run, index } of text.matchAll(/[\w+/=.~-]{16,}/g)) {
      for (let at = 0; at + GRAM <= run.length; at++) {
        const known = this.#grams.get(run.slice(at, at + GRAM));
        if (known?.places.includes(place) === true) return `${known.what}: …${excerpt(text, index + at)}…`;
      }
    }
    return undefined;
  }
}

function gramsOf(text: string): readonly string[] {
  const starts = Array.from({ length: Math.floor(text.length / GRAM) }, (_, index) => index * GRAM);
  return text.length < GRAM ? [] : [...starts, text.length - GRAM].map((at) => text.slice(at, at + GRAM));
}

function excerpt(text: string, at: number): string {
  return text.slice(Math.max(0, at - 120), at + 40);
}
