import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

export interface AwsRequest {
  readonly url: string;
  /** Lower-case names, without those that signing adds. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly region: string;
  /** As it is in the credential scope: `cognito-idp`. */
  readonly service: string;
}

/**
 * Signs a POST to the root of an AWS endpoint (AWS Signature Version 4: "Create a signed AWS API request").
 *
 * @param now milliseconds since the epoch.
 * @returns all headers of the request but `host`, which is that of the URL.
 */
export function signedHeaders(
  { url, headers, body, region, service }: AwsRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  now: number,
): { readonly [name: string]: string } {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = time.slice(0, 8);
  const sent: { [name: string]: string } = { ...headers, 'x-amz-date': time };
  if (sessionToken !== undefined) sent['x-amz-security-token'] = sessionToken;
  const all = Object.entries({ ...sent, host: new URL(url).host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = all.map(([name]) => name).join(';');
  const lines = all.map(([name, value]) => `${name}:${value.trim()}\n`).join('');
  const canonical = ['POST', '/', '', lines, names, sha256(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Uint8Array>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  const signature = createHmac('sha256', key).update(toSign).digest('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...sent, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
