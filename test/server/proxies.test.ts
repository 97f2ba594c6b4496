import { expect, test } from 'vitest';
import { openDoor } from '../security/door.ts';

const seenFrom = async (trustedProxies: string[]): Promise<unknown> => {
  await using door = await openDoor({ config: { server: { trustedProxies } } });
  await door.send({ headers: { 'x-forwarded-for': '198.51.100.4, 203.0.113.7' }, body: '{}' });
  const line = door
    .log()
    .split('\n')
    .find((each) => each.includes('"method":"POST"'));
  return JSON.parse(line ?? '{}').address;
};

test('who came to a trusted proxy is whom a request is from', async () => {
  expect(await seenFrom(['127.0.0.0/8'])).toBe('203.0.113.7');
});

test('security 3: nobody else can say who they are', async () => {
  expect(await seenFrom([])).toBe('127.0.0.1');
  expect(await seenFrom(['10.0.0.0/8'])).toBe('127.0.0.1');
});

test('what is no network is refused at start, by its place', async () => {
  await expect(seenFrom(['10.0.0.0/33'])).rejects.toThrow(
    /server\.trustedProxies\[0\][\s\S]*a network such as 10\.0\.0\.0\/8/,
  );
});
