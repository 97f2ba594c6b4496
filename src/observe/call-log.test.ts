import { describe, expect, it } from 'vitest';
import type { CallRecord } from '../core/call.ts';
import { openSqlite } from '../stores/sqlite.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type CallLogOptions, createCallLog } from './call-log.ts';
import { createLog } from './log.ts';

function setUp(options: Partial<CallLogOptions> = {}) {
  const clock = manualClock();
  const lines: { readonly msg: string; readonly level: string; readonly count: number; readonly total: number }[] = [];
  const log = createLog({ clock, to: { write: (line) => lines.push(JSON.parse(line)) } });
  const batches: (readonly CallRecord[])[] = [];
  const state = { failing: false, attempts: 0 };
  const table = {
    append: async (rows: readonly CallRecord[]) => {
      state.attempts++;
      if (state.failing || rows.some(({ id }) => id === 'poison')) throw new Error('database is locked');
      batches.push(rows);
    },
    recent: async () => [],
    page: async () => [],
    usage: async () => [],
    count: async () => 0,
  };
  const callLog = createCallLog({ table, clock, log, ...options });
  return {
    clock,
    lines,
    batches,
    state,
    callLog,
    record: (count: number) => {
      for (let index = 0; index < count; index++) callLog.record(call(`c${index}`));
    },
    written: () => batches.flat().length,
  };
}

describe('records', () => {
  it('wait for company, for a while', async () => {
    const { record, batches, clock } = setUp();
    record(3);
    await clock.advance(199);
    expect(batches).toEqual([]);
    await clock.advance(1);
    expect(batches.map((batch) => batch.map(({ id }) => id))).toEqual([['c0', 'c1', 'c2']]);
    await clock.advance(10_000);
    expect(batches).toHaveLength(1);
  });

  it('do not wait when a batch is full, but never hold up the call that filled it', async () => {
    const { record, batches, clock } = setUp({ batchSize: 10 });
    record(35);
    await Promise.resolve();
    expect(batches).toEqual([]);
    await clock.advance(0);
    while (batches.length < 3) await clock.advance(0);
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 10]);
    await clock.advance(200);
    expect(batches.map(({ length }) => length)).toEqual([10, 10, 10, 5]);
  });

  it('are all written by a flush, and by closing', async () => {
    const { record, callLog, written } = setUp({ batchSize: 10 });
    record(25);
    await callLog.flush();
    expect(written()).toBe(25);
    record(3);
    await callLog.close();
    expect(written()).toBe(28);
    record(1);
    expect(callLog.dropped()).toBe(1);
  });

  it('reach a real database in their number, from the newest on', async () => {
    const clock = manualClock();
    const database = openSqlite({ file: ':memory:', clock });
    await database.migrate();
    const log = createLog({ clock, to: { write: () => undefined } });
    const callLog = createCallLog({ table: database.calls, clock, log, capacity: 20_000 });
    for (let index = 0; index < 15_000; index++) callLog.record(call(`c${index}`));
    await callLog.close();
    expect(await database.calls.count()).toBe(15_000);
    expect(callLog.dropped()).toBe(0);
    await database.close();
  });

  it('hold what a client calls itself only cleaned and cut', async () => {
    const { callLog, batches } = setUp();
    const key = 'pstn_0aBcDeFgHiJk_CANARYCANARYCANARYCANARYCANARYCANARYCANARY_abcdef';
    callLog.record({ ...call('c'), client: `evil\n${key}`, tool: 'x'.repeat(1_000_000) });
    await callLog.flush();
    expect(batches[0]?.[0]?.client).toBe('evil\\u{a}pstn_[hidden]');
    expect(batches[0]?.[0]?.tool.length).toBeLessThan(300);
  });
});

describe('a database that fails', () => {
  it('costs nothing while there is room, when it comes back soon', async () => {
    const { record, clock, state, written, callLog, lines } = setUp();
    state.failing = true;
    record(5);
    await clock.advance(200);
    expect(state.attempts).toBe(1);
    state.failing = false;
    await clock.advance(1_000);
    expect(written()).toBe(5);
    expect(callLog.dropped()).toBe(0);
    expect(lines).toEqual([]);
  });

  it('costs the batch that failed three times, not those behind it', async () => {
    const { callLog, record, clock, written } = setUp({ batchSize: 10 });
    callLog.record(call('poison'));
    record(15);
    await clock.advance(10_000);
    await callLog.flush();
    expect(callLog.dropped()).toBe(10);
    expect(written()).toBe(6);
  });

  it('costs records beyond the capacity, counted and told once a second', async () => {
    const { record, clock, state, callLog, lines, written } = setUp({ capacity: 100, batchSize: 10 });
    state.failing = true;
    record(150);
    expect(callLog.dropped()).toBe(50);
    expect(lines).toEqual([]);
    await clock.advance(999);
    record(50);
    await clock.advance(1);
    expect(lines).toMatchObject([{ level: 'warn', msg: 'calls dropped', count: 100, total: 100 }]);
    state.failing = false;
    await callLog.close();
    expect(written()).toBe(100);
  });

  it('does not hold up closing', async () => {
    const { record, state, callLog, lines } = setUp();
    state.failing = true;
    record(700);
    await callLog.close();
    expect(callLog.dropped()).toBe(700);
    expect(lines).toMatchObject([{ level: 'error', msg: 'calls dropped', count: 700, total: 700 }]);
  });
});

function call(id: string): CallRecord {
  return {
    id,
    requestId: 'req_1',
    at: 1,
    tenant: 'acme',
    subject: 'key_1',
    client: 'test/1.0',
    tool: 'list_tickets',
    upstream: 'acme',
    ms: 1,
    upstreamMs: 0,
    upstreamStatus: null,
    code: 'ok',
    arguments: null,
  };
}
