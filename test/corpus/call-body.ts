import { type DocumentBody, isNode, type Node } from './call-document.ts';
import { flatWireOf, indexed, Pairs, shapeOf, type Wire, wireOf } from './call-parse.ts';

// Reads a body back by its media type and the document's Encoding Objects.

const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isNode(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** Whether two values as texts are equal; arrays and objects with the keys 0, 1, … are. */
export function sameWire(a: Wire | undefined, b: Wire | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return same(indexed(a), indexed(b));
}

/** The encodings of the declared media type that a sent one is, wildcards included; nothing when it is none. */
function declared(body: DocumentBody, mediaType: string): Node | undefined {
  for (const [type, encoding] of body.types) {
    const [bare = ''] = type.split(';', 1);
    const pattern = new RegExp(`^${bare.trim().replace(/[.+]/g, '\\$&').replaceAll('*', '.*')}$`);
    if (pattern.test(mediaType)) return encoding;
  }
  return undefined;
}

/** What is wrong with a form; `encodings` by property name. */
export function compareForm(text: string, value: Node, encodings: Node): string | undefined {
  const pairs = new Pairs(text.split('&'));
  for (const [name, member] of Object.entries(value)) {
    const wrong = compareField(pairs, name, member, isNode(encodings[name]) ? encodings[name] : {});
    if (wrong !== undefined) return wrong;
  }
  return pairs.left.length === 0 ? undefined : `fields that nobody sent: ${pairs.left.join('&').slice(0, 100)}`;
}

function compareField(pairs: Pairs, name: string, member: unknown, encoding: Node): string | undefined {
  const { style, explode, contentType } = encoding;
  const shape = shapeOf(member);
  const nested = Array.isArray(member)
    ? member.some((item) => typeof item === 'object' && item !== null)
    : isNode(member);
  let read: Wire | undefined;
  let wanted: Wire | undefined;
  if (style === undefined && explode === undefined && typeof contentType === 'string' && /json/.test(contentType)) {
    read = pairs.read({ name, style: 'form', explode: true }, 'primitive', []);
    wanted = typeof member === 'object' ? JSON.stringify(member) : String(member);
  } else if (style === 'deepObject' || (style === undefined && explode === undefined && nested)) {
    read = pairs.readNested(name);
    wanted = wireOf(member);
  } else {
    const how = { name, style: String(style ?? 'form'), explode: typeof explode === 'boolean' ? explode : true };
    read = pairs.read(how, shape, Object.keys(isNode(member) ? member : {}));
    wanted = flatWireOf(member);
  }
  return sameWire(read, wanted) ? undefined : `field ${name}: ${JSON.stringify(read)} for ${JSON.stringify(wanted)}`;
}

interface Part {
  readonly name: string;
  readonly type: string;
  readonly file: boolean;
  readonly bytes: Buffer;
}

function readParts(body: Buffer, contentType: string): Part[] | undefined {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const pieces = body.toString('latin1').split(`--${boundary}`);
  if (pieces[0] !== '' || pieces.at(-1) !== '--\r\n') return undefined;
  return pieces.slice(1, -1).map((piece) => {
    const at = piece.indexOf('\r\n\r\n');
    const head = Buffer.from(piece.slice(0, at), 'latin1').toString();
    return {
      name: decodeName(/name="([^"]*)"/.exec(head)?.[1] ?? ''),
      type: /^content-type: *(.*)$/im.exec(head)?.[1]?.trim() ?? '',
      file: /; filename="/.test(head),
      bytes: Buffer.from(piece.slice(at + 4, -2), 'latin1'),
    };
  });
}

const decodeName = (name: string): string =>
  name.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');

function comparePart(part: Part | undefined, value: unknown, encoding: Node): string | undefined {
  if (part === undefined) return 'no part';
  const asText = typeof value === 'string' ? value : JSON.stringify(value);
  const wanted = part.file && typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.from(asText);
  if (!part.bytes.equals(wanted)) return `${part.bytes.toString().slice(0, 60)} for ${asText.slice(0, 60)}`;
  const types =
    typeof encoding['contentType'] === 'string' ? encoding['contentType'].split(',').map((type) => type.trim()) : [];
  const fits =
    types.length === 0 || types.some((type) => type.includes('*') || type.toLowerCase() === part.type.toLowerCase());
  return fits ? undefined : `content type ${part.type} for ${types.join(', ')}`;
}

function compareMultipart(parts: Part[] | undefined, value: Node, encodings: Node): string | undefined {
  if (parts === undefined) return 'the parts cannot be read';
  const left = [...parts];
  for (const [name, member] of Object.entries(value)) {
    if (member === null) continue;
    const encoding = isNode(encodings[name]) ? encodings[name] : {};
    const json = typeof encoding['contentType'] === 'string' && /json/.test(encoding['contentType']);
    if (encoding['style'] !== undefined || encoding['explode'] !== undefined) {
      const keys = isNode(member) ? Object.keys(member) : [];
      const mine = left.filter(
        (part) => part.name === name || part.name.startsWith(`${name}[`) || keys.includes(part.name),
      );
      const pairs = new Pairs(
        mine.map((part) => `${part.name}=${part.bytes.toString()}`),
        false,
      );
      const wrong = compareField(pairs, name, member, encoding);
      if (wrong !== undefined) return wrong;
      for (const part of mine) left.splice(left.indexOf(part), 1);
      continue;
    }
    for (const item of Array.isArray(member) && !json ? member : [member]) {
      if (item === null) continue;
      const at = left.findIndex((part) => part.name === name);
      const wrong = comparePart(left[at], item, encoding);
      if (wrong !== undefined) return `part ${name}: ${wrong}`;
      left.splice(at, 1);
    }
  }
  return left.length === 0 ? undefined : `parts that nobody sent: ${left.map(({ name }) => name).join(', ')}`;
}

/** What is wrong with a body that was sent for `value`; nothing when it is read back the same. */
export function compareBody(
  body: Buffer,
  contentType: string | undefined,
  value: unknown,
  described: DocumentBody | undefined,
): string | undefined {
  if (value === undefined) return body.byteLength === 0 ? undefined : 'a body that nobody sent';
  if (described === undefined) return 'a body for an operation that has none';
  const mediaType = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const encodings = declared(described, mediaType);
  if (encodings === undefined) return `content type ${mediaType} is none of ${[...described.types.keys()].join(', ')}`;
  const text = body.toString();
  if (/[/+]json$/.test(mediaType)) return same(JSON.parse(text), value) ? undefined : 'the JSON differs';
  if (mediaType === 'application/x-www-form-urlencoded') return compareForm(text, value as Node, encodings);
  if (mediaType.startsWith('multipart/'))
    return compareMultipart(readParts(body, contentType ?? ''), value as Node, encodings);
  if (typeof value !== 'string') return same(JSON.parse(text), value) ? undefined : 'the body differs';
  return text === value || body.equals(Buffer.from(value, 'base64')) ? undefined : 'the body differs';
}
