/*
 * The identity provider knows one redirect URI, that of the main host. A login that began at another host has the name of
 * that host in its state, and the main host sends the answer on: where to is looked up among the hosts there are, and
 * what is in the answer is worth something only to the browser and the host that asked.
 */

/** @param host where the login began; nothing for the main host. */
export function stateFor(name: string, host: string | undefined): string {
  return host === undefined ? name : `${name}.${Buffer.from(host).toString('base64url')}`;
}

/** @returns the name that {@link stateFor} was given; nothing for the state of another host. */
export function nameOfState(state: string, host: string | undefined): string | undefined {
  const [name = ''] = state.split('.', 1);
  return stateFor(name, host) === state ? name : undefined;
}

/** @returns the host that the answer of an identity provider is for; nothing for the main host. */
export function hostOfAnswer(query: string): string | undefined {
  const [state, second] = new URLSearchParams(query).getAll('state');
  const at = state?.indexOf('.') ?? -1;
  if (state === undefined || second !== undefined || at === -1) return undefined;
  return Buffer.from(state.slice(at + 1), 'base64url').toString();
}
