import { type Action, actionsOf } from './intent.ts';
import { BUILDS } from './sayings/builds.ts';
import { CODE } from './sayings/code.ts';
import { MACHINES } from './sayings/machines.ts';
import { MONEY } from './sayings/money.ts';
import { PLATFORM } from './sayings/platform.ts';
import { TALK } from './sayings/talk.ts';
import { WORK } from './sayings/work.ts';
import type { Searchable } from './searchable.ts';
import type { Vocabulary } from './terms.ts';
import { fixedSegments, splitWords } from './words.ts';

const TABLES = [CODE, BUILDS, PLATFORM, MONEY, TALK, WORK, MACHINES];

/**
 * A kind of operation that many APIs have, and the words of people who want it. A tool is of that kind when it does one
 * of `actions` and is called by a word of each of `keys`.
 */
interface Saying {
  readonly actions: ReadonlySet<Action>;
  readonly keys: readonly (readonly string[])[];
  /** How much each stem counts. */
  readonly words: ReadonlyMap<string, number>;
}

/** How well a query says what a tool is wanted for. */
export interface Meant {
  /** From 0 to 1: the share of the query that says so, and of the tool that it says. */
  readonly score: number;
  /** The stems of what the tool is called that are said by it. */
  readonly stems: readonly string[];
}

export interface Sayings {
  /** By the place of each tool in the list that the index was made of. */
  meant(query: string): ReadonlyMap<number, Meant>;
}

/** What is known of a tool, all words as stems. */
export interface Called {
  readonly searchable: Searchable;
  /** Every word of its name, title, path and tags. */
  readonly words: ReadonlySet<string>;
  /** What it is about. */
  readonly about: readonly string[];
}

interface Kind {
  readonly words: ReadonlyMap<string, number>;
  readonly tools: readonly { readonly id: number; readonly share: number; readonly stems: readonly string[] }[];
}

/** What stands in every sentence. Much of what says nothing of a thing says what is wanted: `own`, `again`, `more`. */
const EVERYWHERE = new Set(
  (
    'a an the this that these those it its there here and or but nor so if then than as of to in on at by for from with ' +
    'about i me my we us our you your he him his she her hers they them their one is are was were be been am do does did ' +
    'has have had will would shall should can could may might must not no please just also too very what which who ' +
    'whom whose when where why how any some such every all s t ll re ve m d don isn doesn'
  ).split(' '),
);

/** How much a word counts that no saying has: it may be all that matters, or a name. */
const UNHEARD = 0.5;
/** A saying of many words says each of them less surely. */
const LENGTH = 0.2;
/** Below 1: a tool that is about more than a saying speaks of may still be meant. */
const SHARE = 0.3;
/** An operation that was made for something else, and does this too. */
const ALSO = 0.7;
/** What is said of doing something else with the same thing. */
const KIN = 0.8;
/** The words that a tool is called by: they are looked for elsewhere. */
const KEY = 0.25;
/** What other tools are called by: whoever says it may mean one of those. */
const OTHERS = 0.2;
/** How much of a word's own weight one has that it may stand for. */
const STANDS_FOR = 0.6;

export function createSayings(
  tools: readonly Called[],
  rarity: (stem: string) => number,
  { stem, thesaurus, known }: Vocabulary,
): Sayings {
  const kinds = kindsAmong(withKin(TABLES.flatMap((table) => sayingsIn(table, stem))), tools, rarity);
  const heard = new Map<string, { readonly at: number; readonly weight: number }[]>();
  let size = 0;
  for (const [at, { words }] of kinds.entries()) {
    for (const [word, own] of words) {
      const weight = own > KEY && known(word) ? own * OTHERS : own;
      const places = heard.get(word) ?? [];
      places.push({ at, weight });
      heard.set(word, places);
      size += weight;
    }
  }
  const often = new Map([...heard].map(([word, places]) => [word, total(places.map(({ weight }) => weight))]));
  const telling = (word: string) => Math.log(1 + kinds.length / ((often.get(word) ?? 0) + 0.5));
  const lengths = kinds.map(({ words }) => 1 - LENGTH + (LENGTH * total(words.values()) * kinds.length) / size);
  return {
    meant(query) {
      const scores = new Map<number, number>();
      let whole = 0;
      for (const word of new Set(wordsOf(query, stem))) {
        whole += heard.has(word) ? telling(word) : UNHEARD * telling(word);
        // Of all that a word may stand for, a saying has one.
        const best = new Map<number, number>();
        const raise = (other: string, share: number) => {
          for (const { at, weight } of heard.get(other) ?? [])
            best.set(at, Math.max(best.get(at) ?? 0, share * weight * telling(other)));
        };
        raise(word, 1);
        for (const [other, share] of thesaurus.of(word)) raise(other, share * STANDS_FOR);
        for (const [at, score] of best) scores.set(at, (scores.get(at) ?? 0) + score);
      }
      const meant = new Map<number, Meant>();
      for (const [at, sum] of scores) {
        const said = sum / whole / (lengths[at] ?? 1);
        for (const { id, share, stems } of kinds[at]?.tools ?? []) {
          const score = said * share;
          if (score > (meant.get(id)?.score ?? 0)) meant.set(id, { score, stems });
        }
      }
      return meant;
    },
  };
}

function total(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

function wordsOf(text: string, stem: (word: string) => string): string[] {
  return splitWords(text)
    .filter((word) => word.length > 1 && !EVERYWHERE.has(word))
    .map(stem);
}

/** The lines of a table, as the tables say of themselves; one that is indented goes on with the one before. */
function sayingsIn(table: string, stem: (word: string) => string): Saying[] {
  return table
    .replace(/\n +/g, ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const colon = line.indexOf(':');
      const [actions = [], ...keys] = line
        .slice(0, colon)
        .split(' ')
        .map((term) => term.split('|'));
      const stems = keys.map((words) => words.map(stem));
      const words = new Map(stems.flat().map((word) => [word, KEY]));
      for (const word of wordsOf(line.slice(colon + 1), stem)) words.set(word, 1);
      return { actions: new Set(actions as Action[]), keys: stems, words };
    });
}

/** What is said of one thing to be done with a thing says something of any other. */
function withKin(sayings: readonly Saying[]): Saying[] {
  const kin = Map.groupBy(sayings, ({ keys }) => keys.map((words) => words.join('|')).join(' '));
  return [...kin.values()].flatMap((family) =>
    family.map((saying) => {
      const words = new Map(saying.words);
      for (const other of family) {
        for (const [word, weight] of other.words) {
          const own = [...other.actions].some((action) => saying.actions.has(action));
          words.set(word, Math.max(words.get(word) ?? 0, own ? weight : weight * KIN));
        }
      }
      return { ...saying, words };
    }),
  );
}

/** The sayings that are about some tool, with those tools. */
function kindsAmong(
  sayings: readonly Saying[],
  tools: readonly Called[],
  rarity: (stem: string) => number,
): readonly Kind[] {
  const called = new Map<string, number[]>();
  for (const [id, { words }] of tools.entries()) {
    for (const word of words) {
      const those = called.get(word);
      if (those === undefined) called.set(word, [id]);
      else those.push(id);
    }
  }
  const fits = tools.map(({ searchable }) => fitsOf(searchable));
  return sayings.flatMap(({ actions, keys, words }): Kind[] => {
    const [first = [], ...others] = keys;
    const candidates = new Set(first.flatMap((word) => called.get(word) ?? []));
    const those = [...candidates].flatMap((id) => {
      const { words: own, about } = tools[id] as Called;
      const fit = Math.max(...[...actions].map((action) => fits[id]?.get(action) ?? 0));
      if (fit === 0 || !others.every((key) => key.some((word) => own.has(word)))) return [];
      const stems = keys.flatMap((key) => key.filter((word) => own.has(word)));
      return [{ id, share: fit * shareOf(about, stems, rarity) ** SHARE, stems }];
    });
    return those.length === 0 ? [] : [{ words, tools: those }];
  });
}

function shareOf(about: readonly string[], stems: readonly string[], rarity: (stem: string) => number): number {
  let whole = 0.01;
  let part = 0.01;
  for (const stem of about) {
    whole += rarity(stem);
    if (stems.includes(stem)) part += rarity(stem);
  }
  return part / whole;
}

/** How well each action is what a tool does. A `POST` to something that is there changes it; any other may do anything. */
function fitsOf({ tool, operation }: Searchable): ReadonlyMap<Action, number> {
  const [method, path = ''] = operation?.split(' ') ?? [];
  if (method === 'PUT')
    return new Map<Action, number>([
      ['update', 1],
      ['create', 0.9],
    ]);
  if (method !== 'POST') return new Map([...actionsOf(tool, operation)].map((action) => [action, 1]));
  const last = path.split('/').at(-1) ?? '';
  if (fixedSegments(last.replace(/\.\w+$/, '')).length === 0)
    return new Map<Action, number>([
      ['update', 1],
      ['create', 0.5],
    ]);
  return new Map<Action, number>([
    ['create', 1],
    ['update', ALSO],
    ['delete', ALSO],
  ]);
}
