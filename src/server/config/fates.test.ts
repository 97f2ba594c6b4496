import { expect, test } from 'vitest';
import { takeUp } from './fates.ts';
import { readConfig } from './load.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const SECRET = '${env:MASTER}';

function config(raw: object, master = 'a') {
  const source = { name: 'test', lineOf: () => undefined };
  return readConfig({ secrets: { master: SECRET }, ...raw }, source, { env: { MASTER: master }, baseDir: '/' });
}

test('what can be taken up is, and what cannot stays as it runs and is named', () => {
  const running = config({ server: { port: 1 } });
  const next = config({ server: { port: 2, instructions: 'Be kind.' }, limits: { resultBytes: 4096, jsonDepth: 9 } });
  const { config: taken, waiting } = takeUp(running, next);
  expect(waiting).toEqual(['server.port', 'limits.jsonDepth']);
  expect(taken.server).toEqual({ ...next.server, port: 1 });
  expect(taken.limits).toEqual({ ...next.limits, jsonDepth: 64 });
});

test('the same config waits for nothing', () => {
  expect(takeUp(config({}), config({})).waiting).toEqual([]);
});

test('a secret is compared by its value, behind whatever reference', () => {
  expect(takeUp(config({}), config({}, 'b')).waiting).toEqual(['secrets']);
});
