import type { ConnectionRow } from '../core/connections.ts';
import { PosternError } from '../core/errors.ts';
import { needsConnection } from './refusals.ts';

/** The argument by which callers choose. */
export const CHOICE = 'connection';

/**
 * Which connection a call uses: the only one silently, and of several the one that is named.
 * @param choose whether the caller is shown the argument.
 * @throws PosternError `needs_connection`, `invalid_arguments` with the names there are.
 */
export function chosen(rows: readonly ConnectionRow[], name: string | undefined, choose: boolean): ConnectionRow {
  const [only, ...others] = rows;
  if (only === undefined) throw needsConnection();
  if (name === undefined && others.length === 0) return only;
  const found = rows.find((row) => row.name === name);
  if (found !== undefined) return found;
  const names = rows.map((row) => row.name);
  if (choose) {
    const message = `${name === undefined ? 'Several accounts are' : 'No account of that name is'} connected.`;
    throw new PosternError('invalid_arguments', {
      message,
      hint: `Call again with the argument ${CHOICE}: ${names.map((each) => JSON.stringify(each)).join(' or ')}.`,
      data: { fields: [{ field: CHOICE, message: `must be one of ${names.join(', ')}` }], connections: names },
    });
  }
  throw new PosternError('needs_connection', {
    message: 'Several accounts are connected, and nothing says which one is meant.',
    hint: 'Do not repeat the call. The operator of this server has to let callers choose.',
  });
}
