import { randomBytes } from 'node:crypto';
import { type AcmeOAuth, type AcmeOAuthOptions, createAcmeOAuth } from '../../examples/acme/oauth.ts';
import { readCredential } from '../../src/connections/credentials.ts';
import { makeConnection } from '../../src/connections/make.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { ConnectionKind, ConnectionRow } from '../../src/core/connections.ts';
import type { Database } from '../../src/core/database.ts';
import { vaultOf } from '../../src/server/credentials/vault.ts';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { bearerOf, json } from '../credentials/api.ts';

/** The secret of the client that Postern is at the authorization server: the one that the doors of tests have. */
export interface Setting {
  readonly oauth: AcmeOAuth;
  /** The authorization server, with what it was asked. */
  readonly endpoint: RecordingUpstream;
  /** An API that takes the tokens of the authorization server. */
  readonly api: RecordingUpstream;
  close(): Promise<void>;
}

export async function openSetting(
  options: Omit<AcmeOAuthOptions, 'clientId' | 'now'> & { readonly clock: Clock },
): Promise<Setting> {
  const { clock, ...rest } = options;
  const oauth = createAcmeOAuth({ ...rest, clientId: 'postern', now: () => new Date(clock.now()) });
  const endpoint = await createRecordingUpstream({
    answer: async ({ method, target, headers, body }) => {
      const sent = new Request(new URL(target, 'http://acme.test'), {
        method,
        headers: headers as Record<string, string>,
        ...(method === 'GET' ? {} : { body: String(body) }),
      });
      const answer = await oauth.app.fetch(sent);
      return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
    },
  });
  const api = await createRecordingUpstream({
    answer: async (request) => {
      const organization = oauth.organizationOf(bearerOf(request));
      if (organization === undefined) return json({ message: `the token ${bearerOf(request)} is no good` }, 401);
      return json({ organization });
    },
  });
  const close = async () => void (await Promise.all([endpoint.close(), api.close()]));
  return { oauth, endpoint, api, close };
}

/** Puts a connection of the tenant `acme` into a database. */
export async function connect(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  master: string,
  {
    kind,
    credential,
    ...wish
  }: Partial<ConnectionRow> & { readonly kind: ConnectionKind; readonly credential: object },
): Promise<ConnectionRow> {
  const row = makeConnection(
    {
      ...{ id: `con_${randomBytes(6).toString('hex')}`, tenant: 'acme', upstream: 'api', name: 'main' },
      ...{ subject: null, issuer: null, baseUrl: null, scopes: [], ...wish },
    },
    readCredential(kind, credential),
    vaultOf({ secrets: { vault: [] } }, Buffer.from(master)),
    clock.now(),
  );
  if (!(await database.connections.insert(row))) throw new Error('There is one of that name.');
  return row;
}
