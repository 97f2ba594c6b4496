const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * Finds where HTTP/1.1 responses end on a connection that has one request in flight at a time.
 *
 * It reads the status and `content-length` or `transfer-encoding: chunked` and looks at nothing else. A chunked body
 * ends where the bytes end with the last chunk: exact as long as nothing is pipelined and no payload ends so.
 */
export class ResponseReader {
  readonly #done: (status: number, head: string) => void;
  #held: Buffer | undefined;
  #head = '';
  #status = 0;
  /** Bytes of the body still to come; -1 for a chunked one, undefined while the head is incomplete. */
  #missing: number | undefined;

  constructor(done: (status: number, head: string) => void) {
    this.#done = done;
  }

  /** @param chunk may be overwritten afterwards: what is kept of it is copied. */
  push(chunk: Buffer): void {
    if (this.#missing === undefined) this.#readHead(chunk);
    else if (this.#missing === -1) this.#readChunked(chunk);
    else this.#readCounted(chunk.length);
  }

  #readHead(chunk: Buffer): void {
    const bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const end = bytes.indexOf(HEAD_END);
    if (end === -1) {
      this.#held = Buffer.from(bytes);
      return;
    }
    this.#held = undefined;
    this.#head = bytes.toString('latin1', 0, end);
    this.#status = Number(this.#head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#head);
    const body = bytes.subarray(end + HEAD_END.length);
    if (length !== null) {
      this.#missing = Number(length[1]);
      this.#readCounted(body.length);
    } else {
      this.#missing = -1;
      this.#readChunked(body);
    }
  }

  #readCounted(bytes: number): void {
    this.#missing = (this.#missing ?? 0) - bytes;
    if (this.#missing < 0) throw new Error('more bytes came than the answer announced');
    if (this.#missing === 0) this.#finish();
  }

  #readChunked(chunk: Buffer): void {
    const tail = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    const end = tail.subarray(Math.max(0, tail.length - LAST_CHUNK.length));
    if (end.equals(LAST_CHUNK)) {
      this.#held = undefined;
      this.#finish();
    } else this.#held = Buffer.from(end);
  }

  #finish(): void {
    this.#missing = undefined;
    this.#done(this.#status, this.#head);
  }
}
