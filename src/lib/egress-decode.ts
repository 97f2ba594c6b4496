import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';
import { PosternError } from '../core/errors.ts';

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

const zlibInflate: Decoder = promisify(inflate);
const rawInflate: Decoder = promisify(inflateRaw);

/** The content codings of RFC 9110 §8.4.1 and RFC 8878 that are asked for and read. */
const DECODERS: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  // "deflate" means the zlib format (RFC 1950); servers that send raw deflate are common enough to be read too.
  ['deflate', (bytes, options) => ((bytes[0] ?? 0) % 16 === 8 ? zlibInflate : rawInflate)(bytes, options)],
  ['br', promisify(brotliDecompress)],
  ['zstd', promisify(zstdDecompress)],
]);

/** What {@link decodeContent} reads, as an `Accept-Encoding` value. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** A content encoded more often than this is an attack, not a choice. */
const MOST_CODINGS = 2;

/**
 * Undoes `Content-Encoding`.
 * @param maxBytes the most that each step may give: a few hundred bytes can hold gigabytes.
 * @throws PosternError `result_too_large`; `upstream_error` for codings that are unknown, too many or broken.
 */
export async function decodeContent(bytes: Uint8Array, encoding: string, maxBytes: number): Promise<Uint8Array> {
  if (encoding.length > 64) throw new PosternError('upstream_error', { cause: new Error('Content-Encoding too long') });
  const codings = encoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MOST_CODINGS) {
    throw new PosternError('upstream_error', { cause: new Error(`${codings.length} content codings`) });
  }
  let decoded = bytes;
  for (const coding of codings.reverse()) {
    if (decoded.byteLength === 0) return decoded;
    const decode = DECODERS.get(coding);
    if (decode === undefined)
      throw new PosternError('upstream_error', { cause: new Error(`content coding ${coding}`) });
    try {
      decoded = await decode(decoded, { maxOutputLength: maxBytes });
    } catch (cause) {
      const tooLarge = (cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
      throw new PosternError(tooLarge ? 'result_too_large' : 'upstream_error', { cause });
    }
  }
  return decoded;
}
