import type { Tool } from '../../core/tool.ts';
import { type Action, actionsOf, asksForMany, intentOf } from './intent.ts';
import type { Meant } from './sayings.ts';
import { fixedSegments } from './words.ts';

/** What is known of a tool besides its words. */
export interface Traits {
  readonly actions: ReadonlySet<Action>;
  /** The stems of what it is about: a query that means it should have them. */
  readonly about: readonly string[];
  /** Fixed segments of its path: what is asked for most lies near the root. */
  readonly depth: number;
  /** Whether it reads one thing whose id is known. */
  readonly single: boolean;
  readonly deprecated: boolean;
}

/** Shares by which a tool counts less, tried on the questions that there are to tune with (bench/context). */
const UNASKED = 0.5;
const DEPTH = 0.03;
const SINGLE = 0.6;
const DEPRECATED = 0.8;
const UNSURE = 0.5;
/** How much what a saying speaks of counts as asked for. */
const SPOKEN_OF = 2;
const READ_FOR_WRITE = 0.35;
const OTHER_WRITE = 0.75;

/** @param about the stems of what the tool and its path are called. */
export function traitsOf(tool: Tool, operation: string | undefined, about: readonly string[]): Traits {
  const [method, path = ''] = operation?.split(' ') ?? [];
  return {
    actions: actionsOf(tool, operation),
    about: [...new Set(about)],
    depth: fixedSegments(path).length,
    single: method === 'GET' && path.endsWith('}'),
    deprecated: /\bdeprecated\b|closing down/i.test(tool.description),
  };
}

/**
 * How well what a tool is fits what a query wants, from 0 to 1; its words' score is multiplied by it.
 * What is `meant` by it beside what it says counts as asked for.
 * @param asked how much each stem counts in the query. @param rarity how much a stem tells one tool from others.
 */
export function fitness(
  query: string,
  asked: ReadonlyMap<string, number>,
  rarity: (stem: string) => number,
): (traits: Traits, meant?: Meant) => number {
  const { actions: wanted, sure } = intentOf(query);
  const many = asksForMany(query);
  const action = (actions: ReadonlySet<Action>): number => {
    for (const one of wanted) if (actions.has(one)) return 1;
    if (!sure) return UNSURE;
    return wanted.has('read') || actions.has('read') ? READ_FOR_WRITE : OTHER_WRITE;
  };
  return ({ actions, about, depth, single, deprecated }, meant) => {
    let total = 0.01;
    let covered = 0.01;
    for (const stem of about) {
      total += rarity(stem);
      const spoken = meant?.stems.includes(stem) ? SPOKEN_OF * meant.score : 0;
      covered += rarity(stem) * Math.min(1, Math.max(asked.get(stem) ?? 0, spoken));
    }
    const named = 1 - UNASKED + (UNASKED * covered) / total;
    const near = 1 - DEPTH * Math.min(10, Math.max(0, depth - 1));
    return named * near * action(actions) * (many && single ? SINGLE : 1) * (deprecated ? DEPRECATED : 1);
  };
}
