import { createHmac, timingSafeEqual } from 'node:crypto';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';

export interface Received {
  readonly id: string;
  readonly timestamp: number;
  readonly signature: string;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
}

/** Somebody who is told of things, and answers as told. */
export interface Receiver {
  readonly upstream: RecordingUpstream;
  readonly url: string;
  /** As the config names it. */
  readonly host: string;
  readonly received: Received[];
  /** What the next ones are answered with. Default: 204. */
  answer: (path: string) => Answer | Promise<Answer>;
  close(): Promise<void>;
}

export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const upstream = await createRecordingUpstream({
    answer: async ({ target, headers, body }) => {
      received.push({
        id: String(headers['webhook-id']),
        timestamp: Number(headers['webhook-timestamp']),
        signature: String(headers['webhook-signature']),
        body: String(body),
      });
      const { status, headers: answered = {}, body: said = '' } = await receiver.answer(target);
      return { status, headers: { ...answered }, body: said };
    },
  });
  const receiver: Receiver = {
    ...{ upstream, received, url: `${upstream.url}/hook`, host: new URL(upstream.url).host },
    answer: () => ({ status: 204 }),
    close: () => upstream.close(),
  };
  return receiver;
}

/**
 * Verifies as Standard Webhooks says that receivers do: any one of the signatures, over id, timestamp and body, in
 * constant time. Written from the specification, and not from what signs here.
 */
export function verifies(secret: string, { id, timestamp, body, signature }: Received): boolean {
  const [, base64 = ''] = /^whsec_(.+)$/.exec(secret) ?? [];
  const hmac = createHmac('sha256', new Uint8Array(Buffer.from(base64, 'base64')));
  const wanted = hmac.update(Buffer.from([id, timestamp, body].join('.'), 'utf8')).digest();
  return signature.split(' ').some((one) => {
    const [version, value = ''] = one.split(',');
    const given = Buffer.from(value, 'base64');
    return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
