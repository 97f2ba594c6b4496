import { ALGORITHMS } from '../auth/issuer.ts';
import { createIssuerHttp, type IssuerHttp } from '../auth/issuer-http.ts';
import { createEgress } from '../lib/egress.ts';
import { CALLBACK_PATH } from '../oauth/login/callback-path.ts';
import type { IdentityProvider } from '../oauth/login/identity-provider.ts';
import type { Config } from '../server/config/config.ts';
import { packageVersion } from '../version.ts';
import type { Finding } from './doctor-checks.ts';
import { failedOf, Lack, listOf, type Metadata, readKeys, readMetadata } from './doctor-metadata.ts';
import { type Io, waiting } from './io.ts';

const CHECK = 'identity provider';

/**
 * What the facade needs of the identity provider, one thing a line.
 * @throws StartError where the config does not say which it is.
 */
export async function checkIdentityProvider(io: Io, { auth, server }: Config): Promise<Finding[]> {
  if (auth.facade === undefined) return [];
  const { identityProviderOf } = await import('../server/oauth/identity-provider.ts');
  const provider = await identityProviderOf(auth.facade.identityProvider);
  const redirect = redirectUri(server.url);
  if (provider.plain !== undefined) {
    const message = `${provider.issuer} speaks OAuth 2.0 alone: there is no metadata to look at`;
    return [{ check: CHECK, status: 'ok', message }, ...redirect];
  }
  const egress = createEgress({ clock: io.clock, allow: [new URL(provider.issuer).host] });
  const http = createIssuerHttp(egress, `postern/${packageVersion()}`);
  try {
    const url = `${provider.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const asking = readMetadata(provider.issuer, http, [url]);
    const metadata = await waiting(io, `Asking ${provider.issuer}`, asking);
    if (metadata instanceof Lack) return [failedOf(CHECK, metadata), ...redirect];
    return [...(await checkMetadata(provider, metadata, http)), ...redirect];
  } finally {
    await egress.close();
  }
}

async function checkMetadata(provider: IdentityProvider, metadata: Metadata, http: IssuerHttp): Promise<Finding[]> {
  const missing = ['authorization_endpoint', 'token_endpoint'].filter((name) => typeof metadata[name] !== 'string');
  if (missing.length > 0) {
    const fix = 'Users cannot log in there: see that the issuer is one of OpenID Connect.';
    return [{ check: CHECK, status: 'fail', message: `its metadata has no ${missing.join(' and no ')}`, fix }];
  }
  const keys = await readKeys(metadata['jwks_uri'], ALGORITHMS, http);
  const found: Finding =
    keys instanceof Lack
      ? failedOf(CHECK, keys)
      : { check: CHECK, status: 'ok', message: `${provider.issuer} has ${keys}` };
  return [found, pkce(provider, metadata), ...scopes(provider, metadata), authMethod(provider, metadata)];
}

function redirectUri(url: string | undefined): Finding[] {
  if (url === undefined) return [];
  const message = `register this redirect URI there, and no other: ${new URL(url).origin}${CALLBACK_PATH}`;
  return [{ check: `${CHECK}, redirect`, status: 'ok', message }];
}

function pkce({ pkce: wanted }: IdentityProvider, metadata: Metadata): Finding {
  const check = `${CHECK}, PKCE`;
  const methods = listOf(metadata, 'code_challenge_methods_supported');
  if (wanted === false) return { check, status: 'ok', message: 'switched off in the config' };
  if (methods?.includes('S256') === true) return { check, status: 'ok', message: 'S256' };
  if (wanted === true)
    return { check, status: 'ok', message: 'S256, as the config has it; its metadata does not say so' };
  const message = `its metadata offers ${methods === undefined || methods.length === 0 ? 'none' : methods.join(', ')}`;
  const fix = 'Logins go without. If it takes S256 all the same: identityProvider.pkce: true.';
  return { check, status: 'warn', message, fix };
}

function scopes(provider: IdentityProvider, metadata: Metadata): Finding[] {
  const check = `${CHECK}, scopes`;
  const offered = listOf(metadata, 'scopes_supported');
  const usual = ['profile', 'email'];
  const wanted = ['openid', ...(provider.scopes ?? usual)];
  if (offered === undefined)
    return [{ check, status: 'ok', message: `${wanted.join(', ')}; it does not say what it has` }];
  const lacking = wanted.filter((scope) => !offered.includes(scope));
  const offline =
    wanted.includes('offline_access') || (provider.scopes === undefined && offered.includes('offline_access'));
  if (lacking.length > 0) {
    const message = `it does not offer ${lacking.join(', ')}`;
    return [
      { check, status: 'warn', message, fix: 'It may refuse logins: name those it has in identityProvider.scopes.' },
    ];
  }
  if (offline) return [{ check, status: 'ok', message: [...new Set([...wanted, 'offline_access'])].join(', ') }];
  const message = `${wanted.join(', ')}, without offline_access`;
  const fix = 'Unless it gives refresh tokens all the same, users who are locked out there stay connected here.';
  return [{ check, status: 'warn', message, fix }];
}

function authMethod({ clientSecret, authMethod: given }: IdentityProvider, metadata: Metadata): Finding {
  const check = `${CHECK}, client`;
  const wanted = clientSecret === undefined ? 'none' : (given ?? 'client_secret_basic');
  // RFC 8414 §2: what is meant where it does not say.
  const offered = listOf(metadata, 'token_endpoint_auth_methods_supported') ?? ['client_secret_basic'];
  if (offered.includes(wanted)) return { check, status: 'ok', message: wanted };
  const message = `it takes ${offered.join(', ')}, and not ${wanted}`;
  const others = offered.filter((method) => method === 'client_secret_basic' || method === 'client_secret_post');
  const fix =
    wanted === 'none'
      ? 'Give the client a secret: identityProvider.clientSecret.'
      : `Write identityProvider.authMethod: ${others[0] ?? 'none'}.`;
  return { check, status: 'fail', message, fix };
}
