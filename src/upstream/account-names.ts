import type { RefuseName } from '../core/connections.ts';
import { reservedName } from '../http/header-names.ts';

/** A place in a request, and what is there called. */
export interface NamedPlace {
  readonly in: string;
  readonly name: string;
}

/** What is said in the requests to an upstream, and by whom. */
export interface SaidNames {
  /** The headers that the config sends. */
  readonly headers: readonly string[];
  /** What stands in the query of every request to a URL. */
  readonly fixed: readonly string[];
  /** What the config fills in: arguments, their members, and what they are called in the request. */
  readonly bound: readonly string[];
  /** The parameters of its operations. */
  readonly parameters: readonly NamedPlace[];
  /** Where the document itself wants credentials. */
  readonly schemes: readonly NamedPlace[];
}

/** Parameters by which documents without security schemes ask for credentials. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'x_api_key', 'api_key']);

/**
 * What the accounts of an upstream may not send: an account is somebody's in a tenant, and what says for whom a call is,
 * is not for them to say.
 */
export function accountNames({ headers, fixed, bound, parameters, schemes }: SaidNames): RefuseName {
  const [sent, filled] = [new Set(headers.map(folded)), new Set(bound.map(folded))];
  const standing = new Set(fixed.map(folded));
  const [taken, wanted] = [new Set(parameters.map(placed)), new Set(schemes.map(placed))];
  return (place, name) => {
    const reserved = reservedName(place, name);
    if (reserved !== undefined) return reserved;
    const [plain, there] = [folded(name), placed({ in: place, name })];
    if (place === 'header' && sent.has(plain)) return 'the config of this server sends';
    if (place === 'query' && standing.has(plain)) return 'is in the URL of the API';
    // In any place: there are servers to which a cookie, a query and a form are one (RFC 3875 §4.1, PHP's $_REQUEST).
    if (filled.has(plain) && plain !== 'authorization') return 'the config of this server fills in';
    const asksForIt = wanted.has(there) || (place === 'header' && CREDENTIALS.has(plain));
    return taken.has(there) && !asksForIt ? 'is a parameter of the API' : undefined;
  };
}

function placed({ in: place, name }: NamedPlace): string {
  return `${place} ${folded(name)}`;
}

/** As servers read names that differ in case, or by a sign that they write otherwise. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[-. ]/g, '_');
}
