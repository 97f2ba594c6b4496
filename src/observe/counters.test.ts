import { expect, it } from 'vitest';
import { createCounters } from './counters.ts';

it('counts by name and label', () => {
  const counters = createCounters();
  counters.add('refused_host');
  counters.add('compat', 'probe');
  counters.add('compat', 'probe', 2);
  counters.add('calls_dropped', '', 5);
  expect(counters.snapshot()).toEqual({ refused_host: 1, 'compat{probe}': 3, calls_dropped: 5 });
});

it('stays small however many labels it is given', () => {
  const counters = createCounters();
  for (let label = 0; label < 1_000; label++) counters.add('calls', `label-${label}`);
  counters.add('calls', 'label-0');
  const snapshot = counters.snapshot();
  expect(Object.keys(snapshot)).toHaveLength(65);
  expect(snapshot).toMatchObject({ 'calls{label-0}': 2, 'calls{other}': 936 });
});
