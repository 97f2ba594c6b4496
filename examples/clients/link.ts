/** What an agent can do with a link: plain HTTP, no SDK, no login, nothing before the first request. */

async function ask(link: string, method: string, params: object = {}) {
  const response = await fetch(link, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: '*/*' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = (await response.json()) as { result?: unknown; error?: { message: string }; code?: string };
  if (answer.result !== undefined) return answer.result;
  // 401 with link_invalid: it has expired, or was deleted. Asking again does not help; ask a person for another.
  throw new Error(answer.error?.message ?? answer.code ?? `HTTP ${response.status}`);
}

/** The names of the tools that a link opens. */
export async function listTools(link: string): Promise<string[]> {
  const { tools } = (await ask(link, 'tools/list')) as { tools: { name: string }[] };
  return tools.map(({ name }) => name);
}

/** The result of a tool, as text. */
export async function useTool(link: string, name: string, args: object): Promise<string> {
  const { content } = (await ask(link, 'tools/call', { name, arguments: args })) as { content: { text?: string }[] };
  return content.map(({ text }) => text ?? '').join('\n');
}
