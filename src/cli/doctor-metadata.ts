import { metadataUrls } from '../auth/discovery.ts';
import type { Algorithm } from '../auth/issuer.ts';
import type { IssuerHttp, JsonAnswer } from '../auth/issuer-http.ts';
import { usableKeys } from '../auth/jwks.ts';
import { isObject } from '../core/json.ts';
import { causeOf, type Finding } from './doctor-checks.ts';

/** What an authorization server or identity provider publishes of itself. */
export type Metadata = { readonly [member: string]: unknown };

/** Why something cannot be had, and what to do about it. */
export class Lack {
  readonly message: string;
  readonly fix: string;

  constructor(message: string, fix: string) {
    this.message = message;
    this.fix = fix;
  }
}

export function failedOf(check: string, { message, fix }: Lack): Finding {
  return { check, status: 'fail', message, fix };
}

const LOOK = 'See that it runs, that the URL is right, and that this machine may reach it.';

/**
 * Looks where clients and Postern look.
 * @param urls where it may be. Default: every usual place.
 */
export async function readMetadata(
  issuer: string,
  http: IssuerHttp,
  urls: readonly string[] = metadataUrls(issuer),
): Promise<Metadata | Lack> {
  const reasons: string[] = [];
  for (const url of urls) {
    const answer = await ask(http, url);
    if (typeof answer === 'string') return new Lack(`${url} cannot be reached: ${answer}`, LOOK);
    const { status, value } = answer;
    if (status !== 200 || !isObject(value)) {
      reasons.push(`${url} answers ${status}${status === 200 ? ', which is no JSON object' : ''}`);
      continue;
    }
    if (value['issuer'] === issuer) return value;
    const theirs = typeof value['issuer'] === 'string' ? value['issuer'] : 'nothing';
    const message = `${url} has the issuer ${theirs}, and the config ${issuer}`;
    return new Lack(message, 'Write it into the config as the metadata has it, character for character.');
  }
  return new Lack(`no metadata: ${reasons.join('; ')}`, 'Take the issuer from its own metadata.');
}

/** @returns what the keys are good for, in a line. */
export async function readKeys(
  url: unknown,
  algorithms: readonly Algorithm[],
  http: IssuerHttp,
): Promise<string | Lack> {
  if (typeof url !== 'string' || !URL.canParse(url)) {
    return new Lack('its metadata has no jwks_uri', 'Name its JSON Web Key Set: jwks.');
  }
  const answer = await ask(http, url);
  if (typeof answer === 'string') return new Lack(`the keys at ${url} cannot be reached: ${answer}`, LOOK);
  const keys = answer.status === 200 ? usableKeys(answer.value, algorithms) : undefined;
  if (keys === undefined) {
    const what = answer.status === 200 ? 'no JSON Web Key Set' : String(answer.status);
    return new Lack(`the keys at ${url}: ${what}`, LOOK);
  }
  if (keys.length === 0) {
    const message = `none of the keys at ${url} could check a token`;
    return new Lack(message, `Wanted: a signature key with a kid, for one of ${algorithms.join(', ')} (algorithms).`);
  }
  const kinds = [...new Set(keys.map(({ algorithm }) => algorithm))];
  return `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}: ${kinds.join(', ')}`;
}

/** @returns why there is no answer, as a text. */
async function ask(http: IssuerHttp, url: string): Promise<JsonAnswer | string> {
  try {
    return await http.get(url);
  } catch (thrown) {
    return causeOf(thrown);
  }
}

/** The texts of a member that is a list; nothing where it is none. */
export function listOf(metadata: Metadata, member: string): readonly string[] | undefined {
  const value = metadata[member];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : undefined;
}
