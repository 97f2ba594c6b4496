import type { JsonObject } from '../../src/core/json.ts';
import type { OperationPlan } from '../../src/openapi/plan.ts';
import type { RecordedRequest } from '../../src/testing/recording-upstream.ts';
import { compareBody, compareForm, sameWire } from './call-body.ts';
import { type DocumentOperation, type DocumentParameter, isNode, type Node } from './call-document.ts';
import { flatWireOf, Pairs, readText, shapeOf, type Wire, wireOf } from './call-parse.ts';

export interface Discrepancy {
  /** `exception`: the document itself is ambiguous. */
  readonly kind: 'exception' | 'failure';
  readonly reason: string;
}

interface Route {
  readonly operation: DocumentOperation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly variables: number;
  /** The query that stands in the template. */
  readonly fixed: readonly string[];
}

/** Headers that are HTTP's, Postern's or the credential's. */
const OWN_HEADERS = new Set(
  'host connection accept user-agent accept-encoding x-request-id content-type content-length cookie transfer-encoding'.split(
    ' ',
  ),
);

function routeOf(operation: DocumentOperation, base: string): Route {
  const [template = ''] = operation.template.split('#', 1);
  const [path = '', query = ''] = template.split('?', 2);
  const names: string[] = [];
  const pattern = path
    .split(/(\{[^{}]+\})/)
    .map((part) => {
      if (!/^\{.+\}$/.test(part)) return [...part].map(literal).join('');
      names.push(part.slice(1, -1));
      return '([^/]+?)';
    })
    .join('');
  const slash = path.startsWith('/') ? '' : '/';
  const fixed = query.split('&').filter((pair) => pair !== '');
  return { operation, pattern: new RegExp(`^${base}${slash}${pattern}$`, 'i'), names, variables: names.length, fixed };
}

/** A character as it stands, or percent-encoded. */
function literal(character: string): string {
  const plain = character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  const encoded = [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  return /[\w/.-]/.test(character) ? plain : `(?:${plain}|${encoded})`;
}

/** Reads requests back by the document alone; the tool's plan only says which argument belongs to which parameter. */
export class Checker {
  readonly #routes: readonly Route[];

  constructor(operations: readonly DocumentOperation[], base: string) {
    this.#routes = operations.map((operation) => routeOf(operation, base));
  }

  check(
    operation: DocumentOperation,
    plan: OperationPlan,
    args: JsonObject,
    request: RecordedRequest,
  ): Discrepancy | undefined {
    const [path = '', ...rest] = request.target.split('?');
    const own = this.#routes.find((route) => route.operation === operation);
    if (own === undefined || request.method !== operation.method || !own.pattern.test(path)) {
      return { kind: 'failure', reason: `${request.method} ${request.target} is not this operation` };
    }
    const wrong = this.#compare(own, plan, args, request, path, rest.join('?'));
    return wrong === undefined ? this.#rival(own, path) : { kind: 'failure', reason: wrong };
  }

  /** Another operation that a server could take the request for with the same right, or a better one. */
  #rival(own: Route, path: string): Discrepancy | undefined {
    const rival = this.#routes.find(
      (route) =>
        route !== own &&
        route.operation.method === own.operation.method &&
        route.variables <= own.variables &&
        route.fixed.join('&') === own.fixed.join('&') &&
        route.pattern.test(path),
    );
    return (
      rival && {
        kind: 'exception',
        reason: `${rival.operation.method} ${rival.operation.template} takes the same path`,
      }
    );
  }

  #compare(own: Route, plan: OperationPlan, args: JsonObject, request: RecordedRequest, path: string, query: string) {
    const reader = new Reader(own, request, path, query);
    for (const parameter of parametersOf(own)) {
      const planned = plan.parameters.find((one) => one.in === parameter.in && one.name === parameter.name);
      const value = planned === undefined || !Object.hasOwn(args, planned.key) ? undefined : args[planned.key];
      if (value === undefined || value === null) continue;
      const wrong = reader.compare(parameter, value);
      if (wrong !== undefined) return wrong;
    }
    const body = plan.body === undefined || !Object.hasOwn(args, plan.body.key) ? undefined : args[plan.body.key];
    const contentType = request.headers['content-type'];
    return (
      reader.leftover(own.fixed) ??
      compareBody(request.body, typeof contentType === 'string' ? contentType : undefined, body, own.operation.body)
    );
  }
}

/** With the variables of the path that nobody declared. */
function parametersOf(own: Route): DocumentParameter[] {
  const declared = own.operation.parameters;
  const missing = own.names.filter((name) => !declared.some((one) => one.in === 'path' && one.name === name));
  const plain = { in: 'path', style: 'simple', explode: false, allowReserved: false };
  // Exploded objects do not say what they belong to: whatever does is read first.
  const vague = (one: DocumentParameter): number => (one.explode && one.style === 'form' ? 1 : 0);
  return [...declared, ...missing.map((name) => ({ ...plain, name }))].sort((a, b) => vague(a) - vague(b));
}

/** What `allowReserved` lets through as it is: escapes mean the character they stand for. */
function unescaped(wire: Wire | undefined): Wire | undefined {
  if (wire === undefined) return undefined;
  if (typeof wire === 'string') return wire.replace(/(?:%[0-9a-f]{2})+/gi, (run) => decodeURIComponent(run));
  return Object.fromEntries(Object.entries(wire).map(([key, member]) => [key, unescaped(member) ?? '']));
}

/** Takes a request apart, and remembers what has been read of it. */
class Reader {
  readonly #query: Pairs;
  readonly #rawQuery: string;
  readonly #cookies: Pairs;
  readonly #path: { readonly [name: string]: string };
  readonly #headers: { [name: string]: string };
  #wholeQuery = false;

  constructor(own: Route, request: RecordedRequest, path: string, query: string) {
    const values = own.pattern.exec(path)?.slice(1) ?? [];
    this.#path = Object.fromEntries(own.names.map((name, index) => [name, values[index] ?? '']));
    this.#rawQuery = query;
    this.#query = new Pairs(query.split('&'));
    this.#cookies = new Pairs(String(request.headers['cookie'] ?? '').split('; '));
    const others = Object.entries(request.headers).filter(([name]) => !OWN_HEADERS.has(name));
    this.#headers = Object.fromEntries(others.map(([name, value]) => [name, String(value)]));
  }

  compare(parameter: DocumentParameter, value: unknown): string | undefined {
    if (parameter.in === 'querystring') return this.#compareQuery(parameter, value);
    const content = parameter.content !== undefined;
    const deep = parameter.style === 'deepObject' && typeof value === 'object';
    const text = parameter.content?.includes('json') ? JSON.stringify(value) : String(value);
    const wanted = content ? text : deep ? wireOf(value) : flatWireOf(value);
    const read = this.#read(content ? { ...parameter, style: 'form', explode: true } : parameter, content ? '' : value);
    const fits = sameWire(unescaped(read), parameter.allowReserved ? unescaped(wanted) : unescaped(wanted));
    const equal = parameter.allowReserved ? fits : content ? sameContent(read, wanted) : sameWire(read, wanted);
    const { in: place, name, style, explode } = parameter;
    return equal
      ? undefined
      : `${place} ${name} (${style}, ${explode}): ${JSON.stringify(read)} for ${JSON.stringify(wanted)}`.slice(0, 400);
  }

  #read(parameter: DocumentParameter, value: unknown): Wire | undefined {
    const shape = shapeOf(value);
    const keys = isNode(value) ? Object.keys(value) : [];
    if (parameter.in === 'query') return this.#query.read(parameter, shape, keys);
    if (parameter.in === 'cookie') return this.#cookies.read(parameter, shape, keys);
    if (parameter.in === 'path') {
      const text = this.#path[parameter.name];
      const how = parameter.content === undefined ? parameter : { ...parameter, style: 'simple' };
      return text === undefined ? undefined : readText(text, how, shape, decodeURIComponent);
    }
    const name = parameter.name.toLowerCase();
    const text = this.#headers[name];
    delete this.#headers[name];
    return text === undefined ? undefined : readText(text, { ...parameter, style: 'simple' }, shape, (as) => as);
  }

  #compareQuery(parameter: DocumentParameter, value: unknown): string | undefined {
    this.#wholeQuery = true;
    if (parameter.content?.includes('form-urlencoded')) return compareForm(this.#rawQuery, value as Node, {});
    const read = decodeURIComponent(this.#rawQuery);
    return sameContent(read, JSON.stringify(value)) || read === value
      ? undefined
      : `the query is ${read.slice(0, 100)}`;
  }

  /** What is in the request that no parameter explains. */
  leftover(fixed: readonly string[]): string | undefined {
    const unexplained = fixed.filter((pair) => !this.#query.takeLiteral(pair));
    if (unexplained.length > 0) return `the query lacks ${unexplained.join('&')}`;
    const left = [...(this.#wholeQuery ? [] : this.#query.left), ...this.#cookies.left, ...Object.keys(this.#headers)];
    return left.length === 0 ? undefined : `sent and not described: ${left.join(' ').slice(0, 200)}`;
  }
}

/** Equal as JSON where both are, else as text. */
function sameContent(a: unknown, b: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(String(a))) === JSON.stringify(JSON.parse(String(b)));
  } catch {
    return a === b;
  }
}
