import type { Page } from '../oauth/login/jar.ts';

/** The code that a page shows. */
export function codeOf({ text }: Pick<Page, 'text'>): string {
  const [, code] = /<strong>([A-Z]{4}-[A-Z]{4})<\/strong>/.exec(text) ?? [];
  if (code === undefined) throw new Error(`a page without a code: ${text}`);
  return code;
}
