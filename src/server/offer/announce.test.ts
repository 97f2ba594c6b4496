import { expect, test } from 'vitest';
import type { Principal } from '../../core/principal.ts';
import type { Change } from '../../protocol/service.ts';
import type { ToolDefinition } from '../../tools/define.ts';
import { readConfig } from '../config/load.ts';
import { Sources } from '../upstreams/sources.ts';
import { announce } from './announce.ts';
import { Hold } from './hold.ts';
import { Lease } from './lease.ts';
import { createOffer, type Definitions, type Offer } from './offer.ts';
import { createChanges, type ServerCaller } from './service.ts';
import type { Narrowing } from './toolsets.ts';

function offerOf(tools: readonly ToolDefinition[], more: Definitions = {}): Offer {
  const raw = {
    auth: { scopes: { read: 'Read.', write: 'Write.' } },
    toolsets: { reading: { include: [{ tool: 'get_*' }] } },
  };
  const config = readConfig(raw, { name: 'test', lineOf: () => undefined }, { env: {}, baseDir: '/' });
  const backing = { upstreams: [], mcpUpstreams: [], hold: new Hold(async () => {}), sources: new Sources() };
  return createOffer(config, backing, { tools, ...more }, true);
}

function toolOf(name: string, scope: string, description = 'Does.'): ToolDefinition {
  return { name, description, scopes: [scope], run: () => '' };
}

function caller(offer: Offer, scopes: readonly string[], narrowing: Narrowing = []): ServerCaller {
  const principal: Principal = { kind: 'key', subject: 's', tenant: 't', scopes: new Set(scopes) };
  const lease = new Lease(
    () => offer,
    (it) => it.view(it.endpoints[0], narrowing),
  );
  return { key: '', principal, requestId: '', lease };
}

/** What is told, and which of these callers each of it concerns. */
function told(before: Offer, after: Offer, tools: boolean, callers: readonly ServerCaller[]) {
  const changes = createChanges();
  const heard: Change[] = [];
  changes.listen((change) => heard.push(change));
  announce(before, after, tools, changes);
  return heard.map(({ kind, concerns }) => [kind, callers.map((it) => concerns?.(it))]);
}

test('a change concerns those who are shown something else than before, and nobody else', () => {
  const before = offerOf([toolOf('get_it', 'read'), toolOf('set_it', 'write')]);
  const after = offerOf([toolOf('get_it', 'read'), toolOf('set_it', 'write', 'Does more.')]);
  const callers = [
    caller(after, ['read']),
    caller(after, ['write']),
    caller(after, ['read', 'write']),
    caller(after, ['read', 'write'], [['reading']]),
    caller(after, []),
  ];
  expect(told(before, after, true, callers)).toEqual([['tools', [false, true, true, false, false]]]);
});

test('a tool that asks for another scope concerns who gains it and who loses it', () => {
  const before = offerOf([toolOf('get_it', 'read')]);
  const after = offerOf([toolOf('get_it', 'write')]);
  const callers = [caller(after, ['read']), caller(after, ['write']), caller(after, ['read', 'write'])];
  expect(told(before, after, true, callers)).toEqual([['tools', [true, true, false]]]);
});

test('prompts and resources are told where they differ, and where nothing does nothing is', () => {
  const tools = [toolOf('get_it', 'read')];
  const read = () => 'text';
  const before = offerOf(tools, { resources: [{ uri: 'a:b', name: 'b', read }] });
  const after = offerOf(tools, {
    resources: [{ uri: 'a:c', name: 'c', read }],
    prompts: [{ name: 'greet', get: () => 'hello' }],
  });
  const callers = [caller(after, [])];
  expect(told(before, after, false, callers)).toEqual([
    ['prompts', [true]],
    ['resources', [true]],
  ]);
  expect(told(after, after, false, callers)).toEqual([]);
});
