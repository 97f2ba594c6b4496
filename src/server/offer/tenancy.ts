import { PosternError } from '../../core/errors.ts';
import type { Callable } from '../../tools/callable.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';

/** Tools of an upstream that reach whatever its one credential reaches, whoever calls. */
export interface Untied {
  readonly name: string;
  readonly untied: readonly string[];
}

/** Keeps what one credential reaches to one tenant. */
export interface Tenancy {
  /** What may not be served, because callers of several tenants would share it. */
  problems(upstreams: readonly Untied[]): Problem[];
  /** The same, where it is served all the same. */
  remarks(upstreams: readonly Untied[]): string[];
  /** A callable that is its own tenant's: the first one to call, or the one that there is. */
  confine(callable: Callable): Callable;
  /** Whether a tenant may call what is confined. */
  admits(tenant: string): boolean;
}

export interface TenancyOptions {
  /** The tenants that living API keys are of. */
  readonly keyTenants: readonly string[];
  /** The tenants that living links are of. Default: none. */
  readonly linkTenants?: readonly string[];
  /** Whether tenants may share a credential all the same: for `--dev`, whose users are made up. */
  readonly lenient: boolean;
  /** Hears of a call that was refused. */
  readonly refused: (tool: string) => void;
}

/** So many tools are named; more of them are counted. */
const NAMED = 20;

/**
 * A credential that is the same for every caller makes every caller the same to the API. With one tenant that is what is
 * wanted; with several, each operation must say how it tells them apart, or that it need not.
 */
export function createTenancy(
  config: Config,
  { keyTenants, linkTenants = [], lenient, refused }: TenancyOptions,
): Tenancy {
  const known = tenantsOf(config, keyTenants, linkTenants);
  const many = known === 'many' || known.size > 1;
  // Keys of another tenant may be made while the server runs.
  let sole = known === 'many' || known.size !== 1 ? undefined : [...known][0];
  const admit = (tenant: string, tool: string): void => {
    sole ??= tenant;
    if (tenant === sole) return;
    refused(tool);
    throw new PosternError('forbidden', {
      message: 'This tool is not set up for callers of several tenants.',
      hint: 'Only the operator of this server can fix this; do not retry.',
    });
  };
  return {
    admits: (tenant) => lenient || sole === undefined || tenant === sole,
    problems: (upstreams) => (many && !lenient ? upstreams.flatMap(problemOf) : []),
    remarks: (upstreams) => (many && lenient ? upstreams.flatMap(remarkOf) : []),
    confine: (callable) =>
      lenient
        ? callable
        : {
            ...callable,
            run: (args, run) => {
              admit(run.principal.tenant, callable.tool.name);
              return callable.run(args, run);
            },
          },
  };
}

/** The tenants that there can be callers of, as far as they are known before they come. */
function tenantsOf(
  { auth }: Config,
  keyTenants: readonly string[],
  linkTenants: readonly string[],
): ReadonlySet<string> | 'many' {
  const { issuers, facade, apiKeys, links } = auth;
  const given = [
    ...issuers.map(({ tenant }) => tenant),
    ...(facade === undefined ? [] : [facade.identityProvider.tenant]),
    ...(facade?.clients.flatMap(({ service }) => (service === undefined ? [] : [service.tenant])) ?? []),
    ...(apiKeys ? keyTenants : []),
    ...(links.enabled ? linkTenants : []),
  ];
  // Without a tenant of its own, an issuer names one in each token.
  return given.includes(undefined) ? 'many' : new Set(given.filter((tenant) => tenant !== undefined));
}

function problemOf({ name, untied }: Untied): Problem[] {
  if (untied.length === 0) return [];
  return [
    {
      where: `upstreams.${name}.credential`,
      found: `one credential for callers of several tenants, and nothing that tells them apart in ${listed(untied)}`,
      wanted: 'for each operation an argument or header that is filled in, a check, or a word that it is for everybody',
      fix: [
        `upstreams.${name}:`,
        '  tools:',
        '    bind: { org_id: principal.tenant }',
        '    owns: [{ path: "/tickets/{id}/**", check: { operation: getTicket, args: { id: "{id}" }, expect: "tenant = principal.tenant" } }]',
        '    shared: [{ tag: public }]',
      ].join('\n'),
    },
  ];
}

function remarkOf({ name, untied }: Untied): string[] {
  if (untied.length === 0) return [];
  return [`${name}: callers of every tenant share one credential in ${listed(untied)}; without --dev, that is refused`];
}

function listed(tools: readonly string[]): string {
  const more = tools.length - NAMED;
  return `${tools.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
