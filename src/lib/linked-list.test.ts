import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Linked, LinkedList } from './linked-list.ts';

interface Member extends Linked<Member> {
  readonly name: number;
}

const member = (name: number): Member => ({ name, before: undefined, after: undefined });

test('members are in the order they came, whoever leaves from wherever, and who has left leads to nobody', () => {
  // A number that is there already leaves; another one comes.
  const steps = fc.array(fc.nat({ max: 9 }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (numbers) => {
      const list = new LinkedList<Member>();
      const there = new Map<number, Member>();
      for (const name of numbers) {
        const known = there.get(name);
        if (known === undefined) {
          const added = member(name);
          list.add(added);
          there.set(name, added);
        } else {
          list.remove(known);
          there.delete(name);
          expect(known).toEqual(member(name));
        }
        expect(list.all()).toEqual([...there.values()]);
        expect(list.first).toBe([...there.values()][0]);
      }
    }),
  );
});

test('those who are there may leave while all are gone through', () => {
  const list = new LinkedList<Member>();
  for (const name of [1, 2, 3]) list.add(member(name));
  const gone: number[] = [];
  for (const each of list.all()) {
    list.remove(each);
    gone.push(each.name);
  }
  expect(gone).toEqual([1, 2, 3]);
  expect(list.first).toBeUndefined();
});
