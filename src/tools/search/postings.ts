import { BOOST, FIELDS, type Field } from './fields.ts';

/** Where each stem stands, and how well each tool is found by it. */
export interface Postings {
  /** @param id the number of tools that were added before. */
  add(id: number, fields: Readonly<Record<Field, string>>): void;
  /** The tools that have a stem, by id, with the sum over their fields of BM25+ times the boost of the field. */
  scores(stem: string): ReadonlyMap<number, number>;
}

/** Of BM25+: fields are short, and a word in one twice says little more than once. */
const K = 0.8;
const B = 0.85;
const D = 0.2;

export function createPostings(): Postings {
  /** By stem: id, place of the field and how often, one after the other. */
  const places = new Map<string, number[]>();
  const lengths: number[][] = FIELDS.map(() => []);
  const totals = FIELDS.map(() => 0);
  let tools = 0;
  return {
    add(id, fields) {
      tools++;
      for (const [field, name] of FIELDS.entries()) {
        const often = counted(fields[name]);
        for (const [stem, count] of often) {
          const known = places.get(stem);
          if (known === undefined) places.set(stem, [id, field, count]);
          else known.push(id, field, count);
        }
        (lengths[field] as number[])[id] = often.size;
        totals[field] = (totals[field] ?? 0) + often.size;
      }
    },
    scores(stem) {
      const found = places.get(stem) ?? [];
      const having = FIELDS.map(() => 0);
      for (let at = 1; at < found.length; at += 3) having[found[at] as number] = (having[found[at] as number] ?? 0) + 1;
      const rarities = having.map((count) => Math.log(1 + (tools - count + 0.5) / (count + 0.5)));
      const scores = new Map<number, number>();
      for (let at = 0; at < found.length; at += 3) {
        const id = found[at] as number;
        const field = found[at + 1] as number;
        const count = found[at + 2] as number;
        const length = ((lengths[field]?.[id] ?? 0) * tools) / (totals[field] ?? 1);
        const often = D + (count * (K + 1)) / (count + K * (1 - B + B * length));
        const score = (rarities[field] ?? 0) * often * BOOST[FIELDS[field] as Field];
        scores.set(id, (scores.get(id) ?? 0) + score);
      }
      return scores;
    },
  };
}

function counted(text: string): ReadonlyMap<string, number> {
  const often = new Map<string, number>();
  for (const stem of text.split(' ')) if (stem !== '') often.set(stem, (often.get(stem) ?? 0) + 1);
  return often;
}
