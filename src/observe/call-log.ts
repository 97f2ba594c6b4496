import type { CallRecord } from '../core/call.ts';
import type { CallTable } from '../core/database.ts';
import { type Batches, type BatchOptions, createBatches } from './batches.ts';
import { clean } from './clean.ts';

const LONGEST_WORD = 256;

export interface CallLogOptions extends BatchOptions {
  readonly table: CallTable;
}

export interface CallLog extends Omit<Batches<CallRecord>, 'add'> {
  /** Never waits and never throws: a database that fails costs records, not calls. */
  record(call: CallRecord): void;
}

/** Writes the records of calls to the database: behind the calls' backs, in batches, bounded. */
export function createCallLog({ table, ...options }: CallLogOptions): CallLog {
  const { add, ...batches } = createBatches<CallRecord>('calls', (calls) => table.append(calls), options);
  return { ...batches, record: (call) => add(bounded(call)) };
}

/** The client and the model choose these words, and their length. */
function bounded(call: CallRecord): CallRecord {
  const client = clean(call.client, LONGEST_WORD);
  const tool = clean(call.tool, LONGEST_WORD);
  return client === call.client && tool === call.tool ? call : { ...call, client, tool };
}
