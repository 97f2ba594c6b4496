import { expect, test } from 'vitest';
import { PresentedToken } from '../../core/presented-token.ts';
import type { Principal } from '../../core/principal.ts';
import { passthroughCredential } from './passthrough.ts';

const ADA: Principal = {
  ...{ kind: 'user', subject: 'ada', tenant: 'acme', issuer: 'https://id.test', scopes: new Set<string>() },
  presented: new PresentedToken('the-token'),
};
const { tokenFor, renew } = passthroughCredential(new Set(['https://id.test']));

test('a token passes that its issuer makes out to the API, as it is and without waiting', () => {
  expect(tokenFor(ADA)).toBe('the-token');
  expect(renew).toBeUndefined();
});

test.each<[string, Partial<Principal>]>([
  ['that is there for another upstream, of another issuer', { issuer: 'https://other.test' }],
  ['of nobody', { issuer: undefined }],
  ['that was not kept', { presented: undefined }],
])('none passes %s', (_, over) => {
  expect(() => tokenFor({ ...ADA, ...over } as Principal)).toThrow(expect.objectContaining({ code: 'forbidden' }));
});
