import { expect, test } from 'vitest';
import { hasHiddenText, visibleText } from './visible-text.ts';

test.each([
  ['terminal colours', 'a\x1b[31mred\x1b[0m b', 'ared b'],
  ['terminal links', '\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x07', 'click'],
  ['an unfinished title', 'a\x1b]0;title', 'a'],
  ['controls', 'a\0b\x08c\x9bd\x7fe', 'abce'],
  ['bidirectional overrides', 'a\u202eb\u2066c', 'abc'],
  ['zero-width spaces', 'pass\u200bword\u2060\ufeff', 'password'],
  ['tags', 'hi\u{e0001}\u{e0069}\u{e0067}\u{e006e}!', 'hi!'],
  ['bytes in variation selectors', 'a\u{e0101}\u{e0102}\u{e0103}b', 'ab'],
])('%s are taken out', (_, text, visible) => {
  expect(hasHiddenText(text)).toBe(true);
  expect(visibleText(text)).toBe(visible);
});

test.each(['plain\ttext\r\n', 'naïve 日本語 עברית العربية', '👩‍👩‍👧 ❤️', 'क्‍ष', '葛\u{e0100}', 'a\u00a0b\u00adc'])(
  '%j stays',
  (text) => {
    expect(hasHiddenText(text)).toBe(false);
    expect(visibleText(text)).toBe(text);
  },
);
