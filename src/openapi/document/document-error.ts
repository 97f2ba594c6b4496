/** A document that cannot be used at all. Whatever is wrong with a part of one is a warning instead. */
export class DocumentError extends Error {
  /** The path or URL of the file. */
  readonly file: string;
  /** JSON pointer within the file, where the file could be read. */
  readonly pointer?: string;
  /** Counted from 1, where the text could not be read. */
  readonly line?: number;
  readonly column?: number;
  readonly found: string;
  readonly wanted: string;

  constructor(
    file: string,
    what: { found: string; wanted: string; pointer?: string; line?: number; column?: number; cause?: unknown },
  ) {
    const at = what.line === undefined ? '' : `:${what.line}:${what.column ?? 1}`;
    const inside = what.pointer ? `#${what.pointer}` : '';
    super(`${file}${at}${inside}: found ${what.found}, wanted ${what.wanted}`, { cause: what.cause });
    this.name = 'DocumentError';
    this.file = file;
    this.pointer = what.pointer;
    this.line = what.line;
    this.column = what.column;
    this.found = what.found;
    this.wanted = what.wanted;
  }
}
