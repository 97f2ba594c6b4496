import { expect, test } from 'vitest';
import { recorder } from '../e2e/recorder.ts';
import { PETS } from './fixtures.ts';
import { folder, started } from './terminal.ts';

const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

test('whoever starts it may call every tool, and stdout carries nothing but messages', async () => {
  await using api = await recorder();
  api.replyWith({ status: 200, contentType: 'application/json', body: '{"id":"7"}' });
  const cwd = folder({ 'pets.yaml': PETS });
  const command = started(['stdio', 'pets.yaml', '--upstream', api.url], cwd);
  const clientInfo = { name: 'test', version: '1' };
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  command.input.write(line({ id: 1, method: 'initialize', params }));
  command.input.write(line({ method: 'notifications/initialized' }));
  command.input.write(line({ id: 2, method: 'tools/call', params: { name: 'get_pet', arguments: { id: '7' } } }));
  await command.said(/"id":2[,}]/);
  command.input.end();
  const { code, out } = await command.ended;
  expect(code).toBe(0);
  const messages = out
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text));
  expect(messages).toMatchObject([{ id: 1 }, { id: 2, result: { structuredContent: { id: '7' } } }]);
});

test('Ctrl-C ends it', async () => {
  const command = started(['stdio', 'pets.yaml', '--upstream', 'http://127.0.0.1:1'], folder({ 'pets.yaml': PETS }));
  command.input.write(line({ id: 1, method: 'tools/list' }));
  await command.said(/"id":1[,}]/);
  command.interrupt();
  expect((await command.ended).code).toBe(0);
});
