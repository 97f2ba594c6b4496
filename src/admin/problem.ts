import { z } from 'zod';
import { ERRORS, type ErrorCode, type PosternError } from '../core/errors.ts';
import type { ChallengedResource } from '../http/challenge.ts';
import type { HttpReply } from '../http/exchange.ts';
import { respond } from '../http/respond.ts';

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** A refusal as it is sent (RFC 9457). What is in it besides is what every refusal of this server has. */
export const problem = z.looseObject({
  type: z.literal('about:blank'),
  title: z.string().meta({ description: 'The HTTP status in words.' }),
  status: z.int(),
  detail: z.string().meta({ description: 'What is wrong, for people.' }),
  code: z.enum(codes).meta({ description: 'What is wrong, for programs: see errors.md.' }),
  hint: z.string().optional(),
  retryAfterSeconds: z.int().optional(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .optional()
    .meta({ description: 'What of the request does not fit.' }),
  requestId: z.string(),
});

/** What an HTTP status says in words (RFC 9110 §15, RFC 6585 §3 to §5). */
const TITLES: { readonly [status: number]: string } = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** As `http/respond` answers, in the form of RFC 9457. */
export function problemReply(error: PosternError, requestId: string, resource?: ChallengedResource): HttpReply {
  const reply = respond(error, requestId, resource);
  const { message, ...rest } = JSON.parse(String(reply.body)) as { readonly message: string };
  const { status } = reply;
  return {
    ...reply,
    headers: { ...reply.headers, 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail: message, ...rest }),
  };
}
