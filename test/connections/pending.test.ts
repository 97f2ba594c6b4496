/** Accounts that were connected by whoever had the URL: they count once whoever asked has said the code (rule 14). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Asker } from '../admin/admin.ts';
import { wrongCodes } from './codes.ts';
import { openPending, type PendingSetting } from './pending.ts';

const MINUTE = 60_000;

let it: PendingSetting;
let admin: Asker;

beforeEach(async () => {
  it = await openPending();
  admin = await it.server.as({ role: 'admin', tenant: 'acme' });
});
afterEach(() => it[Symbol.asyncDispose]());

/** A URL that the admin API made. */
const made = async (more: object = {}, by = admin): Promise<string> => {
  const { status, json } = await by('POST', '/connect-urls', { body: { upstream: 'api', ...more } });
  expect(status).toBe(201);
  return json.url;
};
const confirm = (code: string, more: object = {}, by = admin) =>
  by('POST', '/connection-confirmations', { body: { code, upstream: 'api', ...more } });
/** A URL that a caller was told. */
const told = async (credential: string): Promise<string> => {
  const { error } = await it.call(credential);
  expect(error.code).toBe('needs_connection');
  return error.details.connectUrl;
};
const REFUSED = { error: { code: 'invalid_arguments', message: 'connection_code: no account waits for this code.' } };

describe('at a URL of the admin API', () => {
  test('an account counts once its code is said there, however it is written, and once', async () => {
    const key = await it.key();
    const page = await it.page(await made({ name: 'eu' }));
    expect(page).toContain('Tell this code to whoever sent you here');
    const [, code = ''] = /<strong>(\w{4}-\w{4})<\/strong>/.exec(page) ?? [];
    expect(await it.rows()).toEqual([]);
    const { error } = await it.call(key);
    expect([error.code, error.details.waitsForCode]).toEqual(['needs_connection', undefined]);
    const confirmed = await confirm(code.toLowerCase().replace('-', ''));
    expect(confirmed).toMatchObject({ status: 201, json: { upstream: 'api', name: 'eu' } });
    expect(await it.call(key)).toEqual({ organization: 'acme' });
    expect((await confirm(code)).status).toBe(404);
    expect(await it.trail()).toEqual(['connection_pending', 'connection_created']);
    expect(it.door.log()).not.toContain(code);
  });

  test('a model may say it, at /admin/mcp', async () => {
    const code = await it.connect(await made());
    const body = { code, upstream: 'api' };
    expect(await it.manage(admin.key, 'confirm_connection', { ...body, code: 'BBBB-BBBB' })).toMatchObject({
      error: { code: 'not_found' },
    });
    expect(await it.manage(admin.key, 'confirm_connection', body)).toMatchObject({ upstream: 'api', name: 'main' });
    expect(await it.rows()).toHaveLength(1);
  });

  test('without an upstream there is none, and nobody who may only read says it', async () => {
    const code = await it.connect(await made());
    const nowhere = await admin('POST', '/connection-confirmations', { body: { code } });
    expect([nowhere.status, nowhere.json.errors]).toEqual([400, [expect.objectContaining({ field: 'upstream' })]]);
    expect((await confirm(code, { upstream: 'other' })).status).toBe(404);
    const auditor = await it.server.as({ role: 'auditor', tenant: 'acme' });
    expect((await confirm(code, {}, auditor)).status).toBe(403);
    const operator = await it.server.as();
    expect((await confirm(code, {}, operator)).status).toBe(400);
    expect((await confirm(code, { tenant: 'acme' }, operator)).status).toBe(201);
  });

  test('security case 71: five wrong codes end it, and say nothing of whether anything waits', async () => {
    const nothing = await confirm('BBBB-BBBB');
    const code = await it.connect(await made());
    const { requestId: _, ...said } = nothing.json;
    for (const wrong of wrongCodes(code, 5)) {
      const { status, json } = await confirm(wrong);
      expect([status, json]).toMatchObject([404, said]);
    }
    expect((await confirm(code)).status).toBe(404);
    expect(await it.trail()).toEqual(['connection_pending', 'connection_refused']);
    expect(await it.rows()).toEqual([]);
  });

  test('four wrong ones do not, nor what is no code at all', async () => {
    const code = await it.connect(await made());
    for (const wrong of wrongCodes(code, 4)) await confirm(wrong);
    for (const none of ['hello', code.slice(1), `${code}B`, 'AEIO-UAEI', '-']) await confirm(none);
    expect((await confirm(code)).status).toBe(201);
  });

  test('of two that wait, the code of one costs the other no try', async () => {
    const codes = [await it.connect(await made({ name: 'eu' })), await it.connect(await made({ name: 'us' }))] as const;
    for (const wrong of wrongCodes(codes[0], 4).filter((each) => each !== codes[1])) await confirm(wrong);
    expect((await confirm(codes[0])).json.name).toBe('eu');
    expect((await confirm(codes[1])).json.name).toBe('us');
  });

  test('ten minutes later there is none, and nothing of it is left', async () => {
    const { pending } = it.door.database.connections;
    // Between two rounds of what tidies up.
    await it.clock.advance(MINUTE / 2);
    const owner = { tenant: 'acme', upstream: 'api', subject: null, issuer: null, now: 0, limit: 10 };
    const [first, second] = [await it.connect(await made({ name: 'eu' })), await it.connect(await made())];
    await it.clock.advance(10 * MINUTE - 1);
    expect((await confirm(first)).status).toBe(201);
    await it.clock.advance(1);
    expect((await confirm(second)).status).toBe(404);
    await it.clock.advance(MINUTE);
    expect(await pending.list(owner)).toEqual([]);
  });

  test('of two who say it at once, at two nodes, one is heard', async () => {
    const code = await it.connect(await made());
    const body = JSON.stringify({ code, upstream: 'api' });
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${admin.key}` };
    const doors = [it.door, await it.beside()];
    const answers = await Promise.all(
      [...doors, ...doors].map((door) =>
        door.send({ method: 'POST', path: '/admin/api/connection-confirmations', headers, body }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 404, 404, 404]);
    expect(await it.rows()).toHaveLength(1);
  });

  test('security case 68: nobody says it for another tenant or user, and tries of theirs are not counted', async () => {
    const user = { subject: 'ada', issuer: it.issuer };
    const code = await it.connect(await made({ user }));
    const globex = await it.server.as({ role: 'admin', tenant: 'globex' });
    for (const more of [
      {},
      { user: { ...user, subject: 'ben' } },
      { user: { ...user, issuer: 'https://else.test' } },
    ]) {
      for (let time = 0; time < 5; time++) expect((await confirm(code, more)).status).toBe(404);
    }
    for (let time = 0; time < 5; time++) expect((await confirm(code, { user }, globex)).status).toBe(404);
    expect((await confirm(code, { tenant: 'acme', user }, globex)).status).toBe(403);
    expect((await confirm(code, { user })).status).toBe(201);
    expect(await it.rows()).toMatchObject([{ tenant: 'acme', ...user }]);
  });

  test('so many wait and no more, and each of them was a URL', async () => {
    for (let n = 0; n < 20; n++) await it.connect(await made({ name: `n${n}` }));
    expect(await it.page(await made({ name: 'more' }))).toContain('Too many accounts wait for their codes');
    await it.clock.advance(10 * MINUTE);
    expect(await it.page(await made({ name: 'more' }))).toContain('One more step');
  });
});

describe('at a URL that was told in a call', () => {
  test('an account counts once its code is said in a call, and the code is in no record of it', async () => {
    const key = await it.key();
    const code = await it.connect(await told(key));
    const { error } = await it.call(key);
    expect(error).toMatchObject({ code: 'needs_connection', details: { waitsForCode: true } });
    expect(await it.call(key, { connection_code: code })).toEqual({ organization: 'acme' });
    expect(await it.call(key)).toEqual({ organization: 'acme' });
    expect(await it.trail()).toEqual(['connection_pending', 'connection_created']);
    const calls = await it.door.database.calls.recent({ limit: 10 });
    expect(calls.length).toBeGreaterThan(3);
    expect(JSON.stringify(calls) + it.door.log()).not.toContain(code);
    expect(it.setting.api.requests.map(({ target }) => target)).toEqual(['/me', '/me']);
  });

  test('a code is good once, and who says it again is told to leave it away', async () => {
    const key = await it.key();
    const code = await it.connect(await told(key));
    const answers = await Promise.all([1, 2, 3].map(() => it.call(key, { connection_code: code })));
    expect(answers.filter(({ organization }) => organization === 'acme')).toHaveLength(1);
    const again = await it.call(key, { connection_code: code });
    expect(again).toMatchObject(REFUSED);
    expect(again.error.hint).toContain('without connection_code');
  });

  test('security case 71: five wrong codes end it, and say nothing of whether anything waits', async () => {
    const key = await it.key();
    const url = await told(key);
    const nothing = await it.call(key, { connection_code: 'BBBB-BBBB' });
    const code = await it.connect(url);
    const { requestId: _, ...said } = nothing.error;
    for (const wrong of wrongCodes(code, 5)) {
      expect(await it.call(key, { connection_code: wrong })).toMatchObject({ error: said });
    }
    expect(await it.call(key, { connection_code: code })).toMatchObject(REFUSED);
    expect((await it.call(key)).error.details).toEqual({ connectUrl: expect.any(String) });
    expect(await it.trail()).toEqual(['connection_pending', 'connection_refused']);
  });

  test('guesses at several nodes are counted together', async () => {
    const [key, other] = [await it.key(), await it.beside()];
    const code = await it.connect(await told(key));
    for (const [index, wrong] of wrongCodes(code, 5).entries()) {
      await it.call(key, { connection_code: wrong }, 'me', index % 2 === 0 ? other : it.door);
    }
    expect(await it.call(key, { connection_code: code }, 'me', other)).toMatchObject(REFUSED);
  });

  test('the code may be said at another node than the one that showed it', async () => {
    const [key, other] = [await it.key(), await it.beside()];
    const code = await it.connect(await told(key));
    expect(await it.call(key, { connection_code: code }, 'me', other)).toEqual({ organization: 'acme' });
  });

  test('ten minutes later there is none', async () => {
    const key = await it.key();
    await it.clock.advance(MINUTE / 2);
    const code = await it.connect(await told(key));
    await it.clock.advance(10 * MINUTE);
    expect((await it.call(key)).error.details).toEqual({ connectUrl: expect.any(String) });
    expect(await it.call(key, { connection_code: code })).toMatchObject(REFUSED);
  });

  test('security case 68: a user’s is that very user’s to confirm, and nobody else’s tries are counted', async () => {
    const [ada, ben] = [await it.token('ada'), await it.token('ben')];
    const [key, globex] = [await it.key(), await it.key('globex')];
    const code = await it.connect(await told(ada));
    for (const stranger of [ben, key, globex]) {
      for (const said of [...wrongCodes(code, 5), code]) {
        expect(await it.call(stranger, { connection_code: said })).toMatchObject(REFUSED);
      }
      expect((await it.call(stranger)).error.details.waitsForCode).toBeUndefined();
    }
    expect((await it.call(ada)).error.details.waitsForCode).toBe(true);
    expect(await it.call(ada, { connection_code: code })).toEqual({ organization: 'acme' });
    expect(await it.rows()).toMatchObject([{ subject: 'ada', issuer: it.issuer }]);
  });

  test('what was asked for at the admin API is confirmed there, and not in a call', async () => {
    const key = await it.key();
    const code = await it.connect(await made());
    for (const said of [code, ...wrongCodes(code, 5)]) {
      expect(await it.call(key, { connection_code: said })).toMatchObject(REFUSED);
    }
    expect((await confirm(code)).status).toBe(201);
  });
});

describe('security case 71: whoever', () => {
  test('has somebody else connect at a URL of theirs has no account of that person', async () => {
    const attacker = await it.key('globex');
    const victims = await it.connect(await told(attacker), 'acme');
    const guesses = await Promise.all(
      wrongCodes(victims, 10).map((wrong) => it.call(attacker, { connection_code: wrong })),
    );
    for (const guess of guesses) expect(guess).toMatchObject(REFUSED);
    // The victim, for once, tells: it is too late.
    expect(await it.call(attacker, { connection_code: victims })).toMatchObject(REFUSED);
    expect([await it.rows(), it.setting.api.requests]).toEqual([[], []]);
  });

  test('finds the URL of somebody else has put no account of theirs in its place', async () => {
    const key = await it.key();
    const url = await told(key);
    const attackers = await it.connect(url, 'globex');
    // Their own tenant is another one, and a code of it says nothing here.
    expect(await it.call(await it.key('globex'), { connection_code: attackers })).toMatchObject(REFUSED);
    const { error } = await it.call(key);
    expect(error).toMatchObject({ code: 'needs_connection', details: { connectUrl: expect.any(String) } });
    const code = await it.connect(error.details.connectUrl, 'acme');
    expect(await it.call(key, { connection_code: code })).toEqual({ organization: 'acme' });
    // What waited for the place of none is over with that.
    expect(await it.call(key, { connection_code: attackers })).toMatchObject(REFUSED);
    expect(await it.call(key)).toEqual({ organization: 'acme' });
  });
});
