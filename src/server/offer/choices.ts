import type { Principal } from '../../core/principal.ts';
import type { Choices } from '../../tools/catalog.ts';
import type { LoadedUpstream } from '../upstreams/upstreams.ts';

/** @returns what a caller can say of their accounts, at any upstream; nothing for who has nothing to say. */
export type ChoicesOf = (principal: Principal) => Promise<Choices | undefined>;

/** @returns nothing where no upstream has callers choose. */
export function choicesOf(upstreams: readonly Pick<LoadedUpstream, 'name' | 'choices'>[]): {
  readonly choices?: ChoicesOf;
} {
  const able = upstreams.flatMap(({ name, choices }) => (choices === undefined ? [] : [{ name, choices }]));
  if (able.length === 0) return {};
  return {
    choices: async (principal) => {
      const all = await Promise.all(able.map(async ({ name, choices }) => [name, await choices(principal)] as const));
      const some = all.filter(([, { names, waits }]) => names.length > 0 || waits);
      return some.length === 0 ? undefined : new Map(some);
    },
  };
}
