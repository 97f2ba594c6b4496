import { randomUUID } from 'node:crypto';
import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import { sha256 } from '../../lib/digest.ts';
import { createEgress } from '../../lib/egress.ts';
import type { CallerCredential } from '../../upstream/credential.ts';
import { assertionCredential } from '../../upstream/credentials/assertion.ts';
import type { IdentityTokens } from '../../upstream/credentials/caller-tokens.ts';
import { exchangeCredential } from '../../upstream/credentials/exchange.ts';
import { identityCredential } from '../../upstream/credentials/identity.ts';
import { passthroughCredential } from '../../upstream/credentials/passthrough.ts';
import { noLogin } from '../../upstream/credentials/refusals.ts';
import type { Config } from '../config/config.ts';
import type { CallerCredentialConfig, ExchangeConfig } from '../config/credential.ts';
import { presentedTo } from '../config/credential-problems.ts';
import type { AssertionKeys } from './assertion-keys.ts';
import type { ConnectionGround } from './connections.ts';
import { tokenEndpoint } from './token-endpoint.ts';

/** The users who have logged in at the facade of this server. */
export interface Logins extends IdentityTokens {
  isEnded(grantId: string): boolean;
  /** Hears of each grant that ends on this node, until the returned function is called. */
  onEnded(listener: (grantId: string) => void): () => void;
}

/** What credentials that differ from caller to caller are made of. It lives as long as the process. */
export interface CallerGround {
  readonly clock: Clock;
  /** Nothing where there is no facade. */
  readonly logins: Logins | undefined;
  readonly assertions: Pick<AssertionKeys, 'start' | 'sign'>;
  /** Nothing where nobody's account is looked up. */
  readonly connections?: ConnectionGround;
  /** Where tokens are kept that were exchanged: shared by all nodes, and sealed. */
  readonly exchanged: Pick<Cache, 'get' | 'set' | 'delete'>;
}

/** The upstream that a credential is for. */
export interface CredentialUse {
  readonly name: string;
  /** Where it is. */
  readonly url: string;
  readonly config: Pick<Config, 'server' | 'auth'>;
  /** Hears that somebody refuses this server itself, and why. */
  readonly refused: (why: string) => void;
}

export interface OpenedCredential {
  readonly source: CallerCredential;
  close(): Promise<void>;
}

/** @throws PosternError `unavailable` when the keys of assertions cannot be read. */
export async function openCallerCredential(
  credential: CallerCredentialConfig,
  use: CredentialUse,
  ground: CallerGround,
): Promise<OpenedCredential> {
  const { from } = credential;
  const none = async () => undefined;
  switch (from) {
    case 'identity':
      return { source: { from, tokens: identityCredential(ground.logins ?? NO_LOGINS) }, close: none };
    case 'passthrough': {
      const issuers = new Set(presentedTo(credential, use.config));
      return { source: { from, tokens: passthroughCredential(issuers) }, close: none };
    }
    case 'assertion': {
      await ground.assertions.start();
      const tokens = assertionCredential({
        sign: ground.assertions.sign,
        clock: ground.clock,
        issuer: new URL(use.config.server.url ?? use.url).origin,
        audience: credential.audience ?? new URL(use.url).origin,
        ...{ seconds: credential.seconds, once: credential.once, newId: randomUUID },
      });
      return { source: { from, tokens }, close: none };
    }
    case 'exchange':
      return openExchange(credential, use, ground);
  }
}

const NO_LOGINS: IdentityTokens = {
  tokenFor: async () => {
    throw noLogin();
  },
};

function openExchange(credential: ExchangeConfig, use: CredentialUse, ground: CallerGround): OpenedCredential {
  const { clock, logins, exchanged } = ground;
  // What the operator has named may be a private address.
  const egress = createEgress({ clock, allow: [new URL(credential.tokenEndpoint).host] });
  const { clientSecret: _, ...wish } = credential;
  const tokens = exchangeCredential({
    ask: tokenEndpoint(credential, egress),
    wish: sha256(JSON.stringify([use.name, wish])),
    identity: logins,
    issuers: new Set(presentedTo(credential, use.config)),
    isEnded: (grantId) => logins?.isEnded(grantId) === true,
    cache: exchanged,
    clock,
    refused: (error) => use.refused(`token exchange: ${error}`),
  });
  // Nobody waits for it: a token that is not forgotten is sealed, asked for by nobody, and ends by itself.
  const stop = logins?.onEnded((grantId) => void tokens.drop(grantId).catch(() => undefined));
  return {
    source: { from: 'exchange', tokens },
    close: async () => {
      stop?.();
      await egress.close();
    },
  };
}
