import type { Reply } from './recorder.ts';

/** A call of one of GitHub's operations, and the request that GitHub must see for it, byte for byte. */
export interface GithubCall {
  /** What is particular about its shape. */
  readonly shape: string;
  readonly tool: string;
  readonly args: { readonly [name: string]: unknown };
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly contentType?: string;
  readonly body?: string | Buffer;
  readonly reply: Reply;
}

const OK: Reply = { status: 200, contentType: 'application/json', body: '{"ok":true}' };
const CREATED: Reply = { ...OK, status: 201 };
const EMPTY: Reply = { status: 204 };
const JSON_TYPE = 'application/json';

/** A PNG's signature and bytes that are no UTF-8. */
const ASSET = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0xc3, 0x28]);

export const GITHUB_CALLS: readonly GithubCall[] = [
  {
    shape: 'GET without arguments',
    tool: 'meta_get',
    args: {},
    method: 'GET',
    target: '/meta',
    reply: OK,
  },
  {
    shape: 'path parameters of two types',
    tool: 'issues_get',
    args: { owner: 'octo org', repo: 'hello.world', issue_number: 42 },
    method: 'GET',
    target: '/repos/octo%20org/hello.world/issues/42',
    reply: OK,
  },
  {
    shape: 'query with enums, booleans, numbers and reserved characters',
    tool: 'issues_list',
    args: { filter: 'all', state: 'closed', labels: 'bug,ui,@high', collab: true, pulls: false, per_page: 100 },
    method: 'GET',
    target: '/issues?filter=all&state=closed&labels=bug%2Cui%2C%40high&collab=true&pulls=false&per_page=100',
    reply: OK,
  },
  {
    shape: 'query arrays, exploded',
    tool: 'orgs_list_pat_grant_requests',
    args: { org: 'acme', owner: ['ada', 'grace hopper'], token_id: ['1', '2'], permission: 'issues_read' },
    method: 'GET',
    target:
      '/orgs/acme/personal-access-token-requests?owner=ada&owner=grace%20hopper&permission=issues_read&token_id=1&token_id=2',
    reply: OK,
  },
  {
    shape: 'JSON body with an array and a null',
    tool: 'issues_create',
    args: {
      owner: 'octocat',
      repo: 'hello',
      body: { title: 'Grüße 🎉', body: 'line\n"quoted"', labels: ['bug', { name: 'p1' }], milestone: null },
    },
    method: 'POST',
    target: '/repos/octocat/hello/issues',
    contentType: JSON_TYPE,
    body: '{"title":"Grüße 🎉","body":"line\\n\\"quoted\\"","labels":["bug",{"name":"p1"}],"milestone":null}',
    reply: CREATED,
  },
  {
    shape: 'nested JSON body',
    tool: 'repos_update_branch_protection',
    args: {
      owner: 'octocat',
      repo: 'hello',
      branch: 'release/1.0',
      body: {
        required_status_checks: { strict: true, contexts: [], checks: [{ context: 'ci', app_id: -1 }] },
        enforce_admins: null,
        required_pull_request_reviews: {
          dismissal_restrictions: { users: ['ada'] },
          required_approving_review_count: 2,
        },
        restrictions: null,
      },
    },
    method: 'PUT',
    target: '/repos/octocat/hello/branches/release%2F1.0/protection',
    contentType: JSON_TYPE,
    body:
      '{"required_status_checks":{"strict":true,"contexts":[],"checks":[{"context":"ci","app_id":-1}]},' +
      '"enforce_admins":null,"required_pull_request_reviews":{"dismissal_restrictions":{"users":["ada"]},' +
      '"required_approving_review_count":2},"restrictions":null}',
    reply: OK,
  },
  {
    shape: 'PATCH with an enum and an empty array',
    tool: 'issues_update',
    args: {
      owner: 'octocat',
      repo: 'hello',
      issue_number: 7,
      body: { state: 'closed', state_reason: 'not_planned', labels: [] },
    },
    method: 'PATCH',
    target: '/repos/octocat/hello/issues/7',
    contentType: JSON_TYPE,
    body: '{"state":"closed","state_reason":"not_planned","labels":[]}',
    reply: OK,
  },
  {
    shape: 'PUT without a body',
    tool: 'gists_star',
    args: { gist_id: 'aa5a315d61ae9438b18d' },
    method: 'PUT',
    target: '/gists/aa5a315d61ae9438b18d/star',
    reply: EMPTY,
  },
  {
    shape: 'DELETE, a path value with reserved characters',
    tool: 'issues_remove_label',
    args: { owner: 'octocat', repo: 'hello', issue_number: 7, name: 'type: bug/50%?' },
    method: 'DELETE',
    target: '/repos/octocat/hello/issues/7/labels/type%3A%20bug%2F50%25%3F',
    reply: OK,
  },
  {
    shape: 'DELETE with the JSON body it declares',
    tool: 'repos_delete_file',
    args: { owner: 'octocat', repo: 'hello', path: 'docs/read me.md', body: { message: 'Drop it', sha: '95b966ae1c' } },
    method: 'DELETE',
    target: '/repos/octocat/hello/contents/docs%2Fread%20me.md',
    contentType: JSON_TYPE,
    body: '{"message":"Drop it","sha":"95b966ae1c"}',
    reply: OK,
  },
  {
    shape: 'raw text',
    tool: 'markdown_render_raw',
    args: { body: 'Hello **wörld**\n' },
    method: 'POST',
    target: '/markdown/raw',
    // RFC 2046 §4.1.2: without a charset, text is US-ASCII.
    contentType: 'text/plain; charset=utf-8',
    body: 'Hello **wörld**\n',
    reply: { status: 200, contentType: 'text/html', body: '<p>Hello <strong>wörld</strong></p>' },
  },
  {
    shape: 'binary upload',
    tool: 'repos_upload_release_asset',
    args: { owner: 'octocat', repo: 'hello', release_id: 5, name: 'logo & co.png', body: ASSET.toString('base64') },
    method: 'POST',
    target: '/repos/octocat/hello/releases/5/assets?name=logo%20%26%20co.png',
    contentType: 'application/octet-stream',
    body: ASSET,
    reply: CREATED,
  },
];
