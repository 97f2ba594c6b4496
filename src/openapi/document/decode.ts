import { isAscii } from 'node:buffer';

/** Smaller documents are decoded as they are. */
const LARGE = 4 * 1024 * 1024;

/** The first byte from `at` on that is not ASCII; the length when there is none. */
function nextForeign(bytes: Buffer, at: number): number {
  let index = at;
  while (index < bytes.length && (bytes[index] ?? 0) < 0x80) index++;
  return index;
}

function escaped(text: string): string {
  let out = '';
  for (let index = 0; index < text.length; index++) {
    out += `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return out;
}

/**
 * A large JSON file in ASCII, other characters as JSON escapes. One character beyond Latin-1 makes V8 take two bytes
 * for every one, and a document's text is as large as all that is made of it.
 */
function asciiJson(bytes: Buffer): Buffer {
  const runs: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  let length = bytes.length;
  for (let from = nextForeign(bytes, 0); from < bytes.length; ) {
    let to = from;
    while (to < bytes.length && (bytes[to] ?? 0) >= 0x80) to++;
    const text = from === 0 ? '' : escaped(bytes.toString('utf8', from, to));
    runs.push({ from, to, text });
    length += text.length - (to - from);
    from = nextForeign(bytes, to);
  }
  const ascii = Buffer.allocUnsafeSlow(length);
  let read = 0;
  let written = 0;
  for (const { from, to, text } of runs) {
    written += bytes.copy(ascii, written, read, from);
    written += ascii.write(text, written, 'latin1');
    read = to;
  }
  bytes.copy(ascii, written, read);
  return ascii;
}

/** The collector has no reason to hurry before a large document is in memory thrice. */
function giveBack(bytes: Buffer): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength) buffer.transfer(0);
}

/** The text of a document's file. Gives the memory of `bytes` back: they cannot be read afterwards. */
export function decodeOnce(bytes: Buffer, file: string): string {
  if (bytes.length <= LARGE || !/\.json$/i.test(file) || isAscii(bytes)) {
    const text = bytes.toString();
    giveBack(bytes);
    return text;
  }
  const ascii = asciiJson(bytes);
  giveBack(bytes);
  const text = ascii.toString('latin1');
  giveBack(ascii);
  return text;
}
