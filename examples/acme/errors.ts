import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** One thing that is wrong with a request body. `pointer` is a JSON pointer into it. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** A refusal in Acme's present style: `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly faults: readonly Fault[];

  constructor(status: ContentfulStatusCode, title: string, detail: string, faults: readonly Fault[] = []) {
    super(detail);
    this.status = status;
    this.title = title;
    this.faults = faults;
  }
}

/** Sends a thrown {@link Problem}; anything else is a bug and says no more than that. */
export function problemResponse(error: Error, c: Context): Response {
  const { status, title, message, faults } =
    error instanceof Problem ? error : new Problem(500, 'Internal error', 'Acme could not handle the request.');
  const body = {
    type: `https://acme.example/problems/${title.toLowerCase().replaceAll(' ', '-')}`,
    title,
    status,
    detail: message,
    instance: c.req.path,
    ...(faults.length > 0 ? { errors: faults } : {}),
  };
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' });
}

/** The shape of the people service, which is older: `{ error: { code, message } }`. */
export function wrappedError(c: Context, status: ContentfulStatusCode, code: string, message: string): Response {
  return c.json({ error: { code, message } }, status);
}

/** The shape of the metering service: a bare array of errors. */
export function errorList(
  c: Context,
  status: ContentfulStatusCode,
  errors: readonly { readonly code: string; readonly message: string; readonly field?: string }[],
): Response {
  return c.json(errors, status);
}

/** What the proxy before the billing system sends when that is down: a page for people. */
export function htmlPage(c: Context, status: ContentfulStatusCode, title: string, text: string): Response {
  return c.html(
    `<!DOCTYPE html>
<html><head><title>${status} ${title}</title><style>body{font-family:sans-serif}</style></head>
<body><center><h1>${status} ${title}</h1></center><hr><p>${text}</p></body></html>
`,
    status,
  );
}
