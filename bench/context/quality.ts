import { readFileSync } from 'node:fs';
import { createToolSearch } from '../../src/tools/search/tool-search.ts';
import { nameOf, toolsOf } from './documents.ts';

/** The halves of the hundred, and what there is to tune with besides. */
export const HALVES = ['tune', 'held-out', 'further'] as const;
export type Half = (typeof HALVES)[number];

interface Question {
  readonly document: string;
  readonly question: string;
  /** Operations that answer it, each as method and path. */
  readonly answers: readonly string[];
}

/** How often an operation that answers was among the first five, of the questions about one document. */
export interface Quality {
  readonly half: Half;
  readonly document: string;
  readonly questions: number;
  readonly found: number;
  /** How often it was the very first. */
  readonly first: number;
}

const FIRST = 5;

function questionsOf(half: Half): readonly Question[] {
  return JSON.parse(readFileSync(new URL(`questions-${half}.json`, import.meta.url), 'utf8')) as Question[];
}

/** Asks each question as it stands: a model would put it in the words of an API, and find more. */
export async function qualityOf(half: Half, paths: readonly string[]): Promise<Quality[]> {
  const questions = questionsOf(half);
  const rows: Quality[] = [];
  for (const path of paths) {
    const document = nameOf(path);
    const asked = questions.filter((question) => question.document === document);
    if (asked.length === 0) continue;
    const ranks = await ranksOf(asked, path);
    rows.push({
      half,
      document,
      questions: asked.length,
      found: ranks.filter((rank) => rank < FIRST).length,
      first: ranks.filter((rank) => rank === 0).length,
    });
  }
  return rows;
}

/** Where the first operation that answers stands among those found; infinite where it is not among the first. */
async function ranksOf(questions: readonly Question[], path: string): Promise<number[]> {
  const tools = await toolsOf(path);
  const search = createToolSearch(tools);
  const operations = new Map(tools.map(({ tool, operation }) => [tool.name, operation]));
  return Promise.all(
    questions.map(async ({ question, answers }) => {
      const found = await search.find(question, () => true, FIRST);
      const rank = found.findIndex(({ name }) => answers.includes(operations.get(name) ?? ''));
      return rank === -1 ? Number.POSITIVE_INFINITY : rank;
    }),
  );
}

/** Documents that are asked about and were not there to be searched. */
export function notMeasured(half: Half, paths: readonly string[]): string[] {
  const there = new Set(paths.map(nameOf));
  return [...new Set(questionsOf(half).map(({ document }) => document))].filter((document) => !there.has(document));
}
