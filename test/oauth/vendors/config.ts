import type { IdpGrant, IdpGrants, IdpTokens } from '../../../src/oauth/contracts.ts';
import type { IdentityProvider } from '../../../src/oauth/login/identity-provider.ts';
import { readConfig } from '../../../src/server/config/load.ts';
import { identityProviderOf } from '../../../src/server/oauth/identity-provider.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
const SECRET = '${env:SECRET}';

/** What a config makes of its `auth.facade.identityProvider`. */
export async function providerOf(identityProvider: object, secret = 'a secret'): Promise<IdentityProvider> {
  const raw = { auth: { facade: { identityProvider: { clientSecret: SECRET, ...identityProvider } } } };
  const config = readConfig(raw, { name: 'c', lineOf: () => undefined }, { baseDir: '.', env: { SECRET: secret } });
  if (config.auth.facade === undefined) throw new Error('no facade');
  return identityProviderOf(config.auth.facade.identityProvider);
}

/** One grant, `g`. */
export function grantOf() {
  let row: IdpGrant | undefined;
  const grants: IdpGrants = {
    find: async () => row,
    replace: async (_, version, tokens) => {
      if (row?.version !== version) return false;
      row = { ...row, tokens, version: version + 1 };
      return true;
    },
    checked: async () => undefined,
    end: async () => {
      row = undefined;
    },
  };
  const put = (tenant: string, tokens: IdpTokens): void => {
    row = { grantId: 'g', tenant, accountId: 'a', tokens, version: 1, checkedAt: 0 } as IdpGrant;
  };
  return { grants, put, kept: () => row?.tokens };
}
