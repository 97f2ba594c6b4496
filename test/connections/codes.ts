/** The code that a page shows. */
export function codeOf({ text }: { readonly text: string }): string {
  const [, code] = /<strong>([A-Z]{4}-[A-Z]{4})<\/strong>/.exec(text) ?? [];
  if (code === undefined) throw new Error(`a page without a code: ${text}`);
  return code;
}

/** As many codes as that, none of which is this one. */
export function wrongCodes(code: string, count: number): readonly string[] {
  return [...'BCDFGHJKLMNP']
    .map((letter) => letter.repeat(4))
    .map((half) => `${half}-${half}`)
    .filter((wrong) => wrong !== code)
    .slice(0, count);
}
