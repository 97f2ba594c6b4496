import { metadataUrls } from '../../auth/discovery.ts';
import { createIssuerHttp, type IssuerHttp } from '../../auth/issuer-http.ts';
import type { Clock } from '../../core/clock.ts';
import { isObject } from '../../core/json.ts';
import { createEgress } from '../../lib/egress.ts';
import type { Config } from '../config/config.ts';
import { type Problem, StartError } from '../config/problem.ts';
import { hostsOf } from './authentication.ts';

/** Something that MCP clients need of an authorization server and its metadata does not have. */
export interface Lacking {
  readonly found: string;
  readonly wanted: string;
}

/**
 * What is missing in the metadata of an authorization server that is to do all of MCP itself
 * (2026-07-28, basic/authorization). That `resource` is taken cannot be seen there, only that it is for other resources.
 *
 * @param endpoints the URLs of our endpoints.
 */
export function lackingFor(metadata: { readonly [member: string]: unknown }, endpoints: readonly string[]): Lacking[] {
  const list = (name: string) => (Array.isArray(metadata[name]) ? (metadata[name] as readonly unknown[]) : undefined);
  const lacking: Lacking[] = [];
  for (const name of ['authorization_endpoint', 'token_endpoint']) {
    if (typeof metadata[name] !== 'string') lacking.push({ found: `no ${name}`, wanted: 'where users log in' });
  }
  const documents = metadata['client_id_metadata_document_supported'] === true;
  if (!documents && typeof metadata['registration_endpoint'] !== 'string') {
    const wanted =
      'client id metadata documents or a registration_endpoint: without, clients cannot introduce themselves';
    lacking.push({ found: 'neither client_id_metadata_document_supported nor registration_endpoint', wanted });
  }
  if (list('code_challenge_methods_supported')?.includes('S256') !== true) {
    const wanted = 'S256 in code_challenge_methods_supported: clients refuse to go on without';
    lacking.push({ found: 'no PKCE with S256', wanted });
  }
  const resources = list('protected_resources');
  const missing = resources === undefined ? [] : endpoints.filter((endpoint) => !resources.includes(endpoint));
  for (const endpoint of missing) {
    lacking.push({ found: `protected_resources without ${endpoint}`, wanted: 'the endpoint as a resource (RFC 8707)' });
  }
  return lacking;
}

/**
 * Asks every issuer of a config whose mode is `external` what it has for clients.
 * @throws StartError with all that is missing.
 */
export async function checkExternal(
  config: Config,
  { clock, version }: { readonly clock: Clock; readonly version: string },
): Promise<void> {
  const egress = createEgress({ clock, allow: config.auth.issuers.flatMap(hostsOf) });
  const http = createIssuerHttp(egress, `postern/${version}`);
  const endpoints = endpointUrls(config);
  const problems: Problem[] = [];
  try {
    for (const [index, { issuer }] of config.auth.issuers.entries()) {
      const metadata = await readMetadata(issuer, http);
      const lacking = typeof metadata === 'string' ? [unreadable(metadata)] : lackingFor(metadata, endpoints);
      const fix = 'auth.facade or auth.translate: see three-ways.md.';
      problems.push(...lacking.map((one) => ({ where: `auth.issuers[${index}].issuer`, ...one, fix })));
    }
  } finally {
    await egress.close();
  }
  if (problems.length > 0) throw new StartError(problems);
}

export function endpointUrls({ server, endpoints }: Config): string[] {
  const url = server.url?.replace(/\/+$/, '');
  if (url === undefined) return [];
  return [...new Set([server.path, ...endpoints.map(({ path }) => path)])].map((path) => `${url}${path}`);
}

function unreadable(found: string): Lacking {
  return { found, wanted: 'its metadata (RFC 8414), which clients read' };
}

/** @returns the metadata of an issuer, or why there is none. */
export async function readMetadata(
  issuer: string,
  http: Pick<IssuerHttp, 'get'>,
): Promise<{ readonly [member: string]: unknown } | string> {
  const reasons: string[] = [];
  for (const url of metadataUrls(issuer)) {
    const answer = await http.get(url).catch(() => undefined);
    if (answer === undefined) reasons.push(`${url}: no answer`);
    else if (answer.status !== 200 || !isObject(answer.value)) reasons.push(`${url}: ${answer.status}`);
    else if (answer.value['issuer'] === issuer) return answer.value;
    else reasons.push(`${url}: another issuer`);
  }
  return reasons.join('; ');
}
