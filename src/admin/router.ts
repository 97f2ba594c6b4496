import type { Operation } from './operation.ts';

/** Where the API is. */
export const API_PATH = '/admin/api';

export interface Match {
  readonly operation: Operation;
  readonly id: string;
}

/** What a path leads to: its operations by method, and the id in it. */
interface Found {
  readonly byMethod: ReadonlyMap<string, Operation>;
  readonly id: string;
}

export interface Router {
  /** @returns nothing for a path that leads nowhere; the methods where it takes others than the one that was asked. */
  match(method: string, path: string): Match | { readonly allow: string } | undefined;
}

/** An id longer than this is nobody's. */
const LONGEST_ID = 2_048;

/** @param operations each by a path of fixed segments and at most one `{id}`. */
export function createRouter(operations: readonly Operation[]): Router {
  const byPath = Map.groupBy(operations, ({ path }) => path);
  const table = [...byPath].map(([path, all]) => ({
    segments: path.split('/'),
    byMethod: new Map(all.map((operation) => [operation.method as string, operation])),
  }));
  const find = (path: string): Found | undefined => {
    const given = path.split('/');
    for (const { segments, byMethod } of table) {
      if (segments.length !== given.length) continue;
      const at = segments.indexOf('{id}');
      if (!segments.every((segment, index) => index === at || segment === given[index])) continue;
      const id = at === -1 ? '' : idOf(given[at] ?? '');
      if (id !== undefined) return { byMethod, id };
    }
    return undefined;
  };
  return {
    match: (method, path) => {
      const found = path.startsWith(`${API_PATH}/`) ? find(path.slice(API_PATH.length)) : undefined;
      if (found === undefined) return undefined;
      const operation = found.byMethod.get(method === 'HEAD' ? 'GET' : method);
      return operation === undefined ? { allow: methodsOf(found) } : { operation, id: found.id };
    },
  };
}

function methodsOf({ byMethod }: Found): string {
  return [...byMethod.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
}

/** Ids may be URLs, so that what stands in a path is encoded (RFC 3986 §2.1). */
function idOf(segment: string): string | undefined {
  if (segment === '' || segment.length > LONGEST_ID) return undefined;
  try {
    const id = decodeURIComponent(segment);
    return /\p{Cc}/u.test(id) ? undefined : id;
  } catch {
    return undefined;
  }
}
