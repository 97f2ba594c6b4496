import { basic } from '../auth/introspection.ts';
import { createIssuerHttp, type IssuerHttp } from '../auth/issuer-http.ts';
import { isObject } from '../core/json.ts';
import { createEgress } from '../lib/egress.ts';
import type { IssuerConfig } from '../server/config/auth.ts';
import type { Config } from '../server/config/config.ts';
import { hostsOf, isCheckedByKeys } from '../server/oauth/authentication.ts';
import { endpointUrls, lackingFor } from '../server/oauth/external.ts';
import { packageVersion } from '../version.ts';
import { causeOf, type Finding } from './doctor-checks.ts';
import { failedOf, Lack, readKeys, readMetadata } from './doctor-metadata.ts';
import { type Io, waiting } from './io.ts';

/** Asks every issuer what a server would ask it: for its metadata, its keys, or about a token. */
export async function* checkIssuers(io: Io, config: Config): AsyncGenerator<Finding> {
  const { auth } = config;
  for (const issuer of auth.issuers) {
    // As the server has it: what the operator has named may be a private address, and nothing else.
    const egress = createEgress({ clock: io.clock, allow: hostsOf(issuer) });
    const http = createIssuerHttp(egress, `postern/${packageVersion()}`);
    try {
      yield await waiting(io, `Asking ${issuer.issuer}`, checkIssuer(issuer, http));
      if (auth.mode === 'external') yield await checkExternal(config, issuer.issuer, http);
    } finally {
      await egress.close();
    }
  }
}

async function checkIssuer(issuer: IssuerConfig, http: IssuerHttp): Promise<Finding> {
  const check = `issuer ${issuer.issuer}`;
  const good: string[] = [];
  for (const question of [askForKeys, askForAnswers]) {
    const found = await question(issuer, http);
    if (found === undefined) continue;
    if (found instanceof Lack) return failedOf(check, found);
    good.push(found);
  }
  return { check, status: 'ok', message: good.join('; ') };
}

/** Whether clients find there all that they need of MCP; a start refuses what is not there. */
async function checkExternal(config: Config, issuer: string, http: IssuerHttp): Promise<Finding> {
  const check = `issuer ${issuer}, clients`;
  const metadata = await readMetadata(issuer, http);
  if (metadata instanceof Lack) return failedOf(check, metadata);
  const lacking = lackingFor(metadata, endpointUrls(config));
  if (lacking.length === 0) return { check, status: 'ok', message: 'auth.mode: external; it does MCP itself' };
  const message = lacking.map(({ found, wanted }) => `${found}; wanted: ${wanted}`).join('\n');
  return failedOf(check, new Lack(message, 'auth.facade or auth.translate stand in for it: see three-ways.md.'));
}

async function askForKeys(issuer: IssuerConfig, http: IssuerHttp): Promise<string | Lack | undefined> {
  if (!isCheckedByKeys(issuer)) return undefined;
  if (issuer.jwks !== undefined) return readKeys(issuer.jwks, issuer.algorithms, http);
  const metadata = await readMetadata(issuer.issuer, http);
  return metadata instanceof Lack ? metadata : readKeys(metadata['jwks_uri'], issuer.algorithms, http);
}

/** Asks about a token that nobody has: the answer must be that it is none. */
async function askForAnswers({ introspection }: IssuerConfig, http: IssuerHttp): Promise<string | Lack | undefined> {
  if (introspection === undefined) return undefined;
  const { url, clientId } = introspection;
  const form = new URLSearchParams({ token: 'postern-doctor', token_type_hint: 'access_token' });
  try {
    const authorization = basic({ clientId, clientSecret: introspection.clientSecret.reveal() });
    const { status, value } = await http.post(url, form, authorization);
    if (status === 200 && isObject(value) && value['active'] === false) return 'introspection answers';
    const what = status === 200 ? 'no introspection response' : String(status);
    const fix =
      status === 401 || status === 403
        ? 'It refuses the client: see clientId and clientSecret, and that this client may introspect.'
        : 'See that the URL is that of an introspection endpoint (RFC 7662).';
    return new Lack(`${url} answers ${what}`, fix);
  } catch (thrown) {
    const fix = 'See that it runs, and that this machine may reach it.';
    return new Lack(`${url} cannot be reached: ${causeOf(thrown)}`, fix);
  }
}
