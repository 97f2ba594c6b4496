import { setImmediate as nextTurn } from 'node:timers/promises';
import { fieldsOf, nameOf, pathOf } from './fields.ts';
import { createPostings } from './postings.ts';
import { fitness, type Traits, traitsOf } from './ranking.ts';
import { type Called, createSayings } from './sayings.ts';
import type { Searchable } from './searchable.ts';
import { termsOf } from './terms.ts';
import { createThesaurus, type SynonymGroups } from './thesaurus.ts';
import { tellingWords } from './words.ts';

export interface Found {
  readonly name: string;
  readonly score: number;
}

export interface ToolIndex {
  /** The best first; of two that are equally good, by name. The same query finds the same in every process. */
  search(query: string, allowed: (name: string) => boolean, limit: number): readonly Found[];
}

/** Of the names of tools: every second one has it, and whoever means the tool may leave it out. */
const SAYS_NOTHING = new Set('get list show find view read check add set put new give make open tell look'.split(' '));
/** Below 1: two words that fit say more than one that fits very well. */
const EVEN = 0.5;
/** How much it counts that a saying speaks of a tool, where the words that fit best of all count 1. */
const MEANT = 2;
/** Words whose stems are remembered; queries bring more and more of them. */
const STEMS = 20_000;
/** Tools between two turns of the event loop: each has its schema made here. */
const TOOLS_A_TURN = 25;

/** The stemmer is loaded with the first index that is made. */
export async function buildToolIndex(tools: readonly Searchable[], synonyms?: SynonymGroups): Promise<ToolIndex> {
  const { stemmer } = await import('stemmer');
  const postings = createPostings();
  const entries: { readonly name: string; readonly traits: Traits }[] = [];
  const called: Called[] = [];
  const frequency = new Map<string, number>();
  const stems = new Map<string, string>();
  const stemOnce = (word: string): string => {
    const known = stems.get(word) ?? stemmer(word);
    if (stems.size < STEMS) stems.set(word, known);
    return known;
  };
  for (const [id, searchable] of tools.entries()) {
    const { tool, operation } = searchable;
    const fields = fieldsOf(tool, operation, stemOnce);
    postings.add(id, fields);
    const about = tellingWords(`${pathOf(operation)} ${nameOf(tool)}`).filter((word) => !SAYS_NOTHING.has(word));
    const traits = traitsOf(tool, operation, about.map(stemOnce));
    for (const stem of traits.about) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
    entries.push({ name: tool.name, traits });
    const words = new Set(`${fields.name} ${fields.title} ${fields.path} ${fields.tags}`.split(' '));
    called.push({ searchable, words, about: traits.about });
    if (entries.length % TOOLS_A_TURN === 0) await nextTurn();
  }

  const rarity = (stem: string) => Math.log(1 + entries.length / (frequency.get(stem) ?? 1));
  const vocabulary = {
    stem: stemOnce,
    thesaurus: createThesaurus(stemOnce, synonyms),
    known: (stem: string) => frequency.has(stem),
  };
  const sayings = createSayings(called, rarity, vocabulary);
  /** How well the words of each tool fit those of a query, and how much each stem counts in it. */
  const compare = (query: string) => {
    const scores = new Map<number, number>();
    const asked = new Map<string, number>();
    for (const term of termsOf(query, vocabulary)) {
      // Of all that a word may stand for, a tool is found by one.
      const best = new Map<number, number>();
      for (const [stem, weight] of term) {
        asked.set(stem, Math.max(asked.get(stem) ?? 0, weight));
        for (const [id, score] of postings.scores(stem)) best.set(id, Math.max(best.get(id) ?? 0, score * weight));
      }
      for (const [id, score] of best) scores.set(id, (scores.get(id) ?? 0) + score ** EVEN);
    }
    return { scores, asked };
  };
  return {
    search(query, allowed, limit) {
      const { scores, asked } = compare(query);
      const meant = sayings.meant(query);
      const fits = fitness(query, asked, rarity);
      const most = [...scores.values()].reduce((high, score) => Math.max(high, score), 0) || 1;
      return entries
        .flatMap(({ name, traits }, id) => {
          const said = meant.get(id);
          const score = (scores.get(id) ?? 0) / most + MEANT * (said?.score ?? 0);
          return score > 0 && allowed(name) ? [{ name, score: score * fits(traits, said) }] : [];
        })
        .sort((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
        .slice(0, limit);
    },
  };
}
