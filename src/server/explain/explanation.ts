import { nearest } from '../../lib/nearest.ts';
import { StartError } from '../config/problem.ts';
import type { UpstreamSurroundings } from '../upstreams/upstreams.ts';
import { absentFindings } from './absent.ts';
import { credentialFindings } from './credential.ts';
import {
  type ExplainedServer,
  endpointsOf,
  nameOf,
  type Question,
  type Reached,
  reach,
  type Verdict,
} from './explain.ts';
import type { Finding } from './finding.ts';
import {
  endpointFindings,
  guardFindings,
  policyFindings,
  quotaFindings,
  scopeFindings,
  toolFindings,
} from './findings.ts';

export interface Explanation extends Verdict {
  /** The verdict in a few words. */
  readonly says: string;
  /** Where it was asked about. */
  readonly endpoint: string;
  /** What applies and why, in the order in which a call meets it. */
  readonly findings: readonly Finding[];
}

export interface ExplainContext {
  readonly server: ExplainedServer;
  /** What documents are read with, once more where nothing of the name is served. */
  readonly surroundings: UpstreamSurroundings;
  /** The path or URL of an endpoint. Default: that of `server.path`. */
  readonly endpoint?: string;
}

/**
 * Says what would come of a call and why. Nothing is called.
 * @throws StartError for an endpoint that there is not.
 */
export async function explain(question: Question, context: ExplainContext): Promise<Explanation> {
  const { server, surroundings } = context;
  const { offer } = server;
  const all: Reached[] = [];
  for (const endpoint of endpointsOf(offer)) all.push(await reach(server, endpoint, question));
  const at = chosen(all, context.endpoint);
  const callable = at.callable ?? offer.callables.find(({ tool }) => tool.name === question.tool);
  const { principal } = at;
  const findings =
    callable === undefined
      ? await absentFindings(server, question.tool, surroundings)
      : [
          ...toolFindings(server, callable),
          ...endpointFindings(all, question),
          ...scopeFindings(server, callable, question, at),
          ...policyFindings(server, callable, principal),
          ...guardFindings(server, callable, principal),
          ...quotaFindings(server, callable, principal),
          ...(await credentialFindings(offer, callable.tool, principal)),
        ];
  const exists = callable !== undefined;
  const says = sentence(at, { exists, denied: callable?.closedTo?.(principal.tenant) === true });
  return { ...at.verdict, says, endpoint: nameOf(at.endpoint), findings };
}

function chosen(all: readonly Reached[], wanted: string | undefined): Reached {
  const [first] = all;
  if (first === undefined) throw new Error('There is no endpoint.');
  if (wanted === undefined) return first;
  const found = all.find(({ endpoint }) => wanted === endpoint.path || wanted === nameOf(endpoint));
  if (found !== undefined) return found;
  const known = all.map(({ endpoint }) => nameOf(endpoint));
  const meant = nearest(wanted, [...known, ...all.map(({ endpoint }) => endpoint.path)]);
  const one = `one of ${known.join(', ')}`;
  const told = meant === undefined ? one : `${meant}, perhaps; ${one}`;
  throw new StartError([{ where: '--endpoint', found: wanted, wanted: told }]);
}

interface Known {
  /** Whether the tool is served anywhere. */
  readonly exists: boolean;
  /** Whether the rules of the operator deny it to the tenant. */
  readonly denied: boolean;
}

function sentence({ endpoint, principal, verdict }: Reached, { exists, denied }: Known): string {
  const { outcome, why = outcome, missing = [] } = verdict;
  switch (outcome) {
    case 'may_call':
      return 'may call';
    case 'must_confirm':
      return 'must confirm';
    case 'dry_run':
      return 'is only told what it would do';
    case 'unknown_tool':
      if (denied) return 'does not exist for this tenant';
      return exists ? `does not exist at ${nameOf(endpoint)}` : 'does not exist';
    case 'insufficient_scope':
      return `lacks scope ${missing.join(' ')} (held: ${[...principal.scopes].sort().join(' ') || 'none'})`;
    default:
      return `is refused: ${why}`;
  }
}
