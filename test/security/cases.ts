/** A case of the attack checklist: what it is called, and why it is not tested yet where it is not. */
export interface Case {
  readonly title: string;
  /** The file that tests it under another name. */
  readonly file?: string;
  /** What has to be there first. */
  readonly later?: string;
}

/** A test has its number in its name. */
const here = (title: string): Case => ({ title });
const unnumbered = (title: string, file: string): Case => ({ title, file });
const later = (title: string, why: string): Case => ({ title, later: why });

const NO_CONSOLE = 'the console is not built yet';

/**
 * The attack checklist, by number. The numbers it leaves out are gone from it. A test that has one of these in its name
 * (`security case 21: …`) claims it; cases.test.ts holds both sides to each other.
 */
export const CASES: ReadonlyMap<number, Case> = new Map([
  // Discovery and metadata
  [1, here('metadata of a protected resource')],
  [2, here('metadata of the authorization server')],
  [3, here('host poisoning')],
  [4, here('a bare challenge')],
  [5, here('origin and DNS rebinding')],
  [7, here('routing that refuses by default')],
  // Dynamic client registration
  [8, here('redirect URIs')],
  [9, here('URIs and names in metadata')],
  [10, here('asking for privileges')],
  [11, here('a flood of registrations')],
  [13, here('registration management and statements')],
  // Client id metadata documents
  [14, here('the form of the URL')],
  [15, here('addresses inside')],
  [16, here('rebinding')],
  [17, here('redirects and statuses')],
  [19, here('the document and its cache')],
  [20, here('impersonation and assertions')],
  // Authorization and consent
  [21, here('untrusted redirects')],
  [22, here('the confused deputy')],
  [23, here('a stolen URL of the identity provider')],
  [25, here('forged consent and frames')],
  [26, here('iss')],
  [27, here('mixing up identity providers')],
  [28, here('response types')],
  [29, here('open redirects')],
  [31, here('scopes, and what leaks')],
  // Token endpoint
  [32, here('PKCE required')],
  [33, here('PKCE downgrade')],
  [34, here('replay of a code')],
  [35, here('replay as denial of service')],
  [37, here('what a code is bound to')],
  [38, here('rotation and reuse')],
  [39, here('refreshing at once')],
  [40, here('widening by refresh')],
  [41, here('client authentication')],
  [43, here('client credentials')],
  [44, here('resources and hygiene')],
  // Resource server
  [45, here('algorithms')],
  [46, here('key ids')],
  [47, here('embedded keys')],
  [48, here('audiences')],
  [49, here('issuers')],
  [50, here('kinds of token')],
  [51, here('times')],
  [52, here('bombs of format')],
  [53, here('how a token is presented')],
  [54, here('a scope for each tool')],
  [55, here('passing on, and revocation')],
  // API keys and capability links
  [56, unnumbered('what is stored', 'src/auth/at-rest.test.ts')],
  [57, here('guessing')],
  [58, here('keys of others')],
  [59, here('confinement')],
  [61, here('links in logs')],
  [62, here('links in browsers')],
  [63, here('how long links live')],
  [64, here('what links may do')],
  // Sessions and state
  [65, here('sessions of others')],
  [67, here('ids of requests')],
  [68, here('caches of clients')],
  [69, here('replay of streams')],
  [70, here('request state and cursors')],
  [71, here('links of elicitation')],
  // Calls
  [72, here('steps to another path')],
  [73, here('query injection')],
  [74, here('header injection')],
  [75, here('another host')],
  [76, here('URLs inside')],
  [77, here('redirects')],
  [78, here('sizes')],
  [79, here('lies about types')],
  [80, here('what errors tell')],
  [81, here('hidden text')],
  [82, here('changed definitions')],
  [83, here('mirrored headers')],
  // Tenancy and vault
  [84, here('ids of other tenants')],
  [85, here('conflicting tenants')],
  [86, here('people who look alike')],
  [87, here('crypto of the vault')],
  [88, here('linking')],
  [89, here('refresh in the vault')],
  // Webhooks
  [91, here('replay')],
  [92, here('outbound addresses')],
  [93, here('outbound delivery')],
  // Expressions
  [94, here('escape')],
  [95, here('denial of service')],
  [97, here('output')],
  // Admin API and console
  [98, here('forged requests')],
  [99, here('scripts in names')],
  [100, later('headers and cookies of the console', NO_CONSOLE)],
  [101, here('roles')],
  [103, unnumbered('documents that are imported', 'test/openapi/document.test.ts')],
  // Denial of service
  [104, here('bodies')],
  [105, here('shapes')],
  [106, unnumbered('slow clients', 'test/e2e/load-safety.test.ts')],
  [107, here('floods of streams and sessions')],
  [109, here('amplification')],
  [110, here('Redis that fails')],
  [111, here('noisy neighbours')],
  // stdio
  [112, here('purity')],
  [113, unnumbered('no shell', 'test/mcp-upstream/stdio.test.ts')],
  [114, here('environment')],
  // Supply chain and secrets
  [115, later('installing', 'the release is not built yet')],
  [116, later('floors of versions', 'the release is not built yet')],
  [117, here('tool catalogues')],
  [118, here('refusing to start')],
  [119, here('dumps')],
  [120, here('forged log lines')],
]);
