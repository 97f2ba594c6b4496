// One of two processes at the same file: migrates, then revokes every key on the word of its parent.
import { createInterface } from 'node:readline';
import { systemClock } from '../lib/clock.ts';
import { openSqlite } from './sqlite.ts';

const [file = '', keys = '0'] = process.argv.slice(2);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

say('started');
await lines.next();
const database = openSqlite({ file, clock: systemClock });
await database.migrate();
say('migrated');
await lines.next();
const won: number[] = [];
for (let key = 0; key < Number(keys); key++) if (await database.keys.revoke(`key_${key}`, 1)) won.push(key);
await database.close();
say(won);
process.exit(0);
