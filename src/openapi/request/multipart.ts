import { createHash } from 'node:crypto';
import type { Json } from '../../core/json.ts';
import type { BodyPlan, PartPlan } from '../plan.ts';
import { refuseArgument } from './encode.ts';
import { formMembers } from './form.ts';
import { expandPairs } from './serialise.ts';

/** Standard or URL-safe base64 (RFC 4648 §4, §5), padded or not, possibly broken into lines or within a data URL. */
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** @throws PosternError `invalid_arguments` when the argument is not base64. */
export function decodeBase64(value: Json, pointer: string): Uint8Array {
  if (typeof value !== 'string') refuseArgument(pointer, 'the bytes as base64', value);
  const text = value.replace(/^data:[^,]*;base64,/i, '').replace(/[\r\n]/g, '');
  if (!BASE64.test(text) || text.replace(/=+$/, '').length % 4 === 1)
    refuseArgument(pointer, 'the bytes as base64', value);
  return Buffer.from(text, 'base64');
}

interface Part {
  readonly name: string;
  readonly contentType?: string;
  readonly filename?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly bytes: Uint8Array;
}

/** As WHATWG's form-data encoding escapes names, so that none ends its header. */
function quoted(name: string): string {
  return `"${name.replace(/["\r\n]/g, (c) => ({ '"': '%22', '\r': '%0D', '\n': '%0A' })[c] ?? c)}"`;
}

/** The first concrete media type of an Encoding Object's list; a wildcard names none. */
function firstType(contentType: string | undefined): string | undefined {
  const first = contentType?.split(',', 1)[0]?.trim();
  return first === undefined || first === '' || first.includes('*') ? undefined : first;
}

const plainText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

function onePart(name: string, value: Json, pointer: string, plan: PartPlan | undefined): Part {
  const headers = plan?.headers;
  const given = firstType(plan?.contentType);
  if (plan?.binary) {
    const contentType = given ?? 'application/octet-stream';
    return { name, contentType, filename: name.replace(/\[\]$/, ''), headers, bytes: decodeBase64(value, pointer) };
  }
  const contentType = given ?? (typeof value === 'object' ? 'application/json' : undefined);
  return { name, contentType, headers, bytes: Buffer.from(plainText(value)) };
}

function partsOf(key: string, value: Json, pointer: string, plan: PartPlan | undefined): Part[] {
  if (plan?.style !== undefined || plan?.explode !== undefined) {
    const style = plan.style ?? 'form';
    const asIs = (text: string): string => text;
    // The pairs come back joined by "="; names cannot hold one, for `encodeName` guards it.
    const encodeName = (text: string): string => text.replaceAll('=', '%3D');
    const how = { name: key, style, explode: plan.explode ?? style === 'form', pointer, encode: asIs, encodeName };
    return expandPairs(value, how).map((pair) => {
      const at = pair.indexOf('=');
      return { name: pair.slice(0, at), headers: plan.headers, bytes: Buffer.from(pair.slice(at + 1)) };
    });
  }
  // Each item of an array is a part of its own (OpenAPI 3.1.1, §4.8.15.4), unless the array is sent as JSON.
  if (Array.isArray(value) && !/[/+]json\b/i.test(plan?.contentType ?? '')) {
    return value.filter((item) => item !== null).map((item, i) => onePart(key, item, `${pointer}/${i}`, plan));
  }
  return [onePart(key, value, pointer, plan)];
}

function headOf(part: Part): string {
  const filename = part.filename === undefined ? '' : `; filename=${quoted(part.filename)}`;
  let head = `Content-Disposition: form-data; name=${quoted(part.name)}${filename}\r\n`;
  if (part.contentType !== undefined) head += `Content-Type: ${part.contentType}\r\n`;
  for (const [name, value] of Object.entries(part.headers ?? {})) {
    if (!/^content-(disposition|type)$/i.test(name)) head += `${name}: ${value}\r\n`;
  }
  return head;
}

/**
 * A multipart body (RFC 7578) of an object's members. The boundary is a digest of the parts: the same arguments give
 * the same bytes, and no part can hold it.
 */
export function encodeMultipart(
  value: Json,
  pointer: string,
  plan: BodyPlan,
): { readonly contentType: string; readonly body: Uint8Array } {
  const parts = formMembers(value, pointer).flatMap(([key, member, at]) =>
    partsOf(key, member, at, plan.parts.get(key)),
  );
  const digest = createHash('sha256');
  for (const part of parts) digest.update(headOf(part)).update(part.bytes);
  const boundary = `postern-${digest.digest('hex').slice(0, 32)}`;
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    chunks.push(Buffer.from(`--${boundary}\r\n${headOf(part)}\r\n`), part.bytes, Buffer.from('\r\n'));
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  const [mediaType] = plan.contentType.split(';', 1);
  return { contentType: `${mediaType?.trim()}; boundary=${boundary}`, body: Buffer.concat(chunks) };
}
