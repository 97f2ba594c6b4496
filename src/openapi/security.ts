import { isObject } from '../core/json.ts';
import type { OpenApiDocument } from './document/document.ts';
import type { Operation } from './document/operations.ts';
import { child, type Located, type Node, type Resolver } from './document/resolve.ts';
import type { DeclaredScheme, SecurityScheme } from './plan.ts';

const TYPES: readonly string[] = ['apiKey', 'http', 'oauth2', 'openIdConnect', 'mutualTLS'];
const PLACES: readonly string[] = ['header', 'query', 'cookie'];

/** Where a document declares its security schemes. */
function schemesAt({ root, resolver, version }: OpenApiDocument): Located {
  const holder =
    version === '2.0' || !isObject(root['components']) ? resolver.whole : child(resolver.whole, 'components');
  return child(holder, version === '2.0' ? 'securityDefinitions' : 'securitySchemes');
}

/** The scopes that a document's OAuth schemes declare, each with the document's own sentence. */
export function declaredScopes(document: OpenApiDocument): { readonly [name: string]: string } {
  const at = schemesAt(document);
  const declared: { [name: string]: string } = {};
  if (!isObject(at.value)) return declared;
  for (const name of Object.keys(at.value)) {
    const scheme = document.resolver.follow(child(at, name))?.value;
    if (!isObject(scheme)) continue;
    // Swagger 2.0 has one flow, and it is the scheme itself.
    const flows = isObject(scheme['flows']) ? Object.values(scheme['flows']).filter(isObject) : [scheme];
    for (const { scopes } of flows) {
      if (!isObject(scopes)) continue;
      for (const [scope, sentence] of Object.entries(scopes)) declared[scope] = String(sentence);
    }
  }
  return declared;
}

/** The security schemes of a document by name, those it declares in a way that can be understood. */
export function securitySchemes(document: OpenApiDocument): ReadonlyMap<string, DeclaredScheme> {
  const { resolver } = document;
  const at = schemesAt(document);
  const schemes = new Map<string, DeclaredScheme>();
  if (!isObject(at.value)) return schemes;
  for (const name of Object.keys(at.value)) {
    const scheme = schemeOf(name, child(at, name), resolver);
    if (scheme !== undefined) schemes.set(name, scheme);
  }
  return schemes;
}

function schemeOf(name: string, at: Located, resolver: Resolver): DeclaredScheme | undefined {
  const value = resolver.follow(at)?.value;
  if (!isObject(value)) return undefined;
  const { type, scheme, in: place, name: parameterName } = value;
  if (type === 'basic') return { name, type: 'http', scheme: 'basic' };
  if (typeof type !== 'string' || !TYPES.includes(type)) {
    resolver.warn(at, `a security scheme of type ${JSON.stringify(type)} is not known and is left out`);
    return undefined;
  }
  if (type === 'http') return { name, type, scheme: String(scheme ?? 'bearer').toLowerCase() };
  if (type !== 'apiKey') return { name, type: type as SecurityScheme['type'] };
  if (typeof parameterName !== 'string' || !PLACES.includes(String(place))) return undefined;
  return { name, type, in: place as SecurityScheme['in'], parameterName };
}

function requirements(given: unknown, schemes: ReadonlyMap<string, DeclaredScheme>): SecurityScheme[][] {
  if (!Array.isArray(given)) return [];
  if (given.length === 0) return [[]];
  const alternatives: SecurityScheme[][] = [];
  for (const requirement of given.filter(isObject)) {
    const wanted: SecurityScheme[] = [];
    let known = true;
    for (const [name, scopes] of Object.entries(requirement as Node)) {
      const scheme = schemes.get(name) ?? schemes.get(name.slice(name.lastIndexOf('/') + 1));
      if (scheme === undefined) known = false;
      else wanted.push({ ...scheme, scopes: Array.isArray(scopes) ? scopes.filter((s) => typeof s === 'string') : [] });
    }
    if (known) alternatives.push(wanted);
  }
  return alternatives;
}

/** What an operation accepts as credentials: its own word, else the document's. */
export function securityOf(
  operation: Operation,
  document: OpenApiDocument,
  schemes: ReadonlyMap<string, DeclaredScheme>,
): SecurityScheme[][] {
  return requirements(operation.at.value['security'] ?? document.root['security'], schemes);
}

/** The scopes that the operation itself wants of an OAuth credential; nothing where only the document as a whole does. */
export function ownScopes(operation: Operation, schemes: ReadonlyMap<string, DeclaredScheme>): readonly string[] {
  for (const alternative of requirements(operation.at.value['security'], schemes)) {
    const oauth = alternative.filter(({ type }) => type === 'oauth2' || type === 'openIdConnect');
    const scopes = [...new Set(oauth.flatMap((scheme) => scheme.scopes))];
    if (scopes.length > 0) return scopes;
  }
  return [];
}
