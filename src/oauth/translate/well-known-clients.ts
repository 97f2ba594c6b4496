import type { RedirectUri } from '../clients/redirect-uri.ts';

/**
 * Where the clients that people know are sent back to (docs/clients-registration.md). Where the identity provider asks
 * nobody about a client, only these may register: any other could send itself the login of whoever opens its link.
 */
const WELL_KNOWN: readonly RegExp[] = [
  /^https:\/\/claude\.(?:ai|com)\/api\/mcp\/auth_callback$/,
  /^https:\/\/chatgpt\.com\/connector\/oauth\/[\w-]{1,128}$/,
  /^https:\/\/chatgpt\.com\/connector_platform_oauth_redirect$/,
  /^https:\/\/www\.cursor\.com\/agents\/mcp\/oauth\/callback$/,
  /^cursor:\/\/anysphere\.cursor-mcp\/oauth\/callback$/,
  /^https:\/\/(?:insiders\.)?vscode\.dev\/redirect$/,
  /^https:\/\/global\.consent\.azure-apim\.net\/redirect\/[\w.-]{1,128}$/,
  /^https:\/\/oauth\.n8n\.cloud\/oauth2\/callback$/,
  // Claude Code, Codex, Gemini CLI, opencode, mcp-remote, VS Code, Copilot CLI, the Inspector: on the user's machine.
  /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:\/(?:callback(?:\/[\w-]{1,64})?|oauth\/callback|mcp\/oauth\/callback)?)?$/,
];

export function isWellKnown({ uri }: RedirectUri): boolean {
  return WELL_KNOWN.some((pattern) => pattern.test(uri));
}

/** Whether all answers to a client go to ChatGPT, whatever it says of itself. */
export function isChatGpt(redirectUris: readonly RedirectUri[]): boolean {
  return redirectUris.length > 0 && redirectUris.every(({ uri }) => /^https:\/\/chatgpt\.com\//.test(uri));
}
