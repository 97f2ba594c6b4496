import { PosternError } from '../core/errors.ts';
import { METHOD_CLASSES, type MethodClass } from '../core/method-class.ts';

/** What links may be made for: a class of calls, or `write` for `create`, `update` and `delete`. */
export type LinkMethod = MethodClass | 'write';

export const LINK_METHODS = [...METHOD_CLASSES, 'write'] as const satisfies readonly LinkMethod[];

const WRITING: readonly MethodClass[] = ['create', 'update', 'delete'];

/** How many tags or tools a link names at the most. */
const MOST = 100;

/** The classes that are meant, each once, in one order. @throws PosternError `invalid_params` */
export function methodClasses(wanted: readonly LinkMethod[], allowed: readonly MethodClass[]): readonly MethodClass[] {
  const meant = new Set(wanted.flatMap((method) => (method === 'write' ? WRITING : [method])));
  const classes = METHOD_CLASSES.filter((method) => meant.has(method));
  if (classes.length === 0) throw unfit(`methods must name one of ${LINK_METHODS.join(', ')}.`);
  const refused = classes.filter((method) => !allowed.includes(method));
  if (refused.length === 0) return classes;
  throw unfit(
    `Links for ${refused.join(', ')} are not allowed here.`,
    'The operator allows them by auth.links.methods.',
  );
}

/** Names of tags or tools, each once. @throws PosternError `invalid_params` */
export function filterNames(field: 'tags' | 'tools', names: readonly string[]): readonly string[] {
  const each = [...new Set(names)];
  if (each.length > MOST) throw unfit(`${field} can name ${MOST} at the most.`);
  const good = field === 'tools' ? /^[A-Za-z0-9_-]{1,64}$/ : /^\P{Cc}{1,100}$/u;
  const bad = each.find((name) => !good.test(name));
  if (bad === undefined) return each;
  throw unfit(`${field} cannot name ${JSON.stringify(bad.slice(0, 100))}.`);
}

export function unfit(message: string, hint?: string): PosternError {
  return new PosternError('invalid_params', hint === undefined ? { message } : { message, hint });
}
