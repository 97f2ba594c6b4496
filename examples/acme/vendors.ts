import { type Context, Hono } from 'hono';
import type { AcmeEnv } from './app.ts';

/**
 * What a body asks for: one text member of it, or nothing.
 * Vendors check less than Acme does, so neither do these.
 */
async function member(c: Context, name: string): Promise<string | undefined> {
  const body: unknown = await c.req.json().catch(() => undefined);
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Services that Acme rents, behind one gateway: each answers well when all is well, and fails in the shape that its
 * kind is known for. The shapes are those of the vendors; the words are Acme's.
 */
export function vendorRoutes(): Hono<AcmeEnv> {
  const app = new Hono<AcmeEnv>();
  app.route('/vendors', businessRoutes());
  app.route('/vendors', platformRoutes());
  app.route('/vendors', standardRoutes());
  return app;
}

/** Sales, code, payments, marketing. */
function businessRoutes(): Hono<AcmeEnv> {
  const app = new Hono<AcmeEnv>();

  // As Salesforce: 400 with an array.
  app.post('/crm/leads', async (c) => {
    const lastName = await member(c, 'lastName');
    if (lastName !== undefined) return c.json({ id: `00Q${lastName.length}`, success: true, errors: [] }, 201);
    const message = 'Required fields are missing: [lastName]';
    return c.json([{ message, errorCode: 'REQUIRED_FIELD_MISSING', fields: ['lastName'] }], 400);
  });

  // As GitHub: a message and a list of codes.
  app.post('/code/issues', async (c) => {
    const title = await member(c, 'title');
    if (title !== undefined) return c.json({ number: 7, title, state: 'open' }, 201);
    const errors = [{ resource: 'Issue', field: 'title', code: 'missing_field' }];
    return c.json({ message: 'Validation Failed', errors, documentation_url: 'https://acme.example/docs/issues' }, 422);
  });

  // As Stripe: everything within `error`.
  app.post('/payments/refunds', async (c) => {
    const charge = await member(c, 'charge');
    if (charge === 'ch_1') return c.json({ id: 're_1', charge, status: 'succeeded' });
    const message = `No such charge: '${charge}'`;
    return c.json(
      { error: { type: 'invalid_request_error', code: 'resource_missing', param: 'charge', message } },
      404,
    );
  });

  // As HubSpot: a category and a correlation id.
  app.get('/marketing/contacts/:id', (c) => {
    const id = c.req.param('id');
    if (id === '1') return c.json({ id, properties: { email: 'ada@acme.example' } });
    const correlationId = '4e7d0e5c-9a0f-4f0e-8d0b-000000000000';
    return c.json(
      { status: 'error', message: 'No contact has this id', correlationId, category: 'OBJECT_NOT_FOUND' },
      404,
    );
  });

  return app;
}

/** The tracker, the calendar, the mail, the sign-in. */
function platformRoutes(): Hono<AcmeEnv> {
  const app = new Hono<AcmeEnv>();

  // As Jira: messages, and a message for each field.
  app.post('/tracker/issues', async (c) => {
    const summary = await member(c, 'summary');
    if (summary !== undefined) return c.json({ id: '10001', key: 'ACME-1' }, 201);
    return c.json({ errorMessages: [], errors: { summary: 'You must specify a summary of the issue.' } }, 400);
  });

  // As Google: a status in capitals, with details that say how long to wait.
  app.get('/calendar/events', (c) => {
    if (c.req.query('calendarId') === 'team') return c.json({ items: [{ id: 'e1', summary: 'Standup' }] });
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '12s' },
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED', domain: 'acme.example' },
    ];
    const message = 'Quota exceeded for events per minute.';
    return c.json({ error: { code: 429, message, status: 'RESOURCE_EXHAUSTED', details } }, 429);
  });

  // As Microsoft Graph: an error within the error.
  app.get('/mail/messages/:id', (c) => {
    const id = c.req.param('id');
    if (id === 'm1') return c.json({ id, subject: 'Welcome' });
    const innerError = { date: '2026-10-01T12:00:00', 'request-id': '0f7e4a6b-0000-4000-8000-000000000000' };
    const message = 'The specified object was not found in the store.';
    return c.json({ error: { code: 'ErrorItemNotFound', message, innerError } }, 404);
  });

  // As some token services: an OAuth error (RFC 6749 §5.2) with status 200.
  app.get('/identity/session', (c) =>
    c.req.query('user') === 'ada'
      ? c.json({ user: 'ada', active: true })
      : c.json({ error: 'invalid_grant', error_description: 'The grant has expired or was revoked.' }),
  );

  return app;
}

/** Those that keep to a standard. */
function standardRoutes(): Hono<AcmeEnv> {
  const app = new Hono<AcmeEnv>();

  // JSON:API 1.1.
  app.get('/catalog/articles/:id', (c) => {
    const id = c.req.param('id');
    const headers = { 'content-type': 'application/vnd.api+json' };
    if (id === '1') return c.json({ data: { type: 'articles', id, attributes: { title: 'A lamp' } } }, 200, headers);
    const source = { parameter: 'id' };
    const error = {
      status: '404',
      code: 'article_not_found',
      title: 'Not found',
      detail: 'No article has this id.',
      source,
    };
    return c.json({ errors: [error] }, 404, headers);
  });

  // GraphQL: 200, and `errors` in the place of data.
  app.post('/catalog/query', async (c) => {
    const query = await member(c, 'query');
    if (query?.includes('articles') === true) return c.json({ data: { articles: [{ id: '1', title: 'A lamp' }] } });
    const message = 'Cannot query a field of this name on type "Query".';
    const extensions = { code: 'GRAPHQL_VALIDATION_FAILED' };
    return c.json({ errors: [{ message, locations: [{ line: 1, column: 3 }], extensions }], data: null });
  });

  // XML, as storage services send it.
  app.get('/shipping/labels/:id', (c) => {
    const id = c.req.param('id');
    if (id === 'L-1') return c.json({ id, carrier: 'Acme Post', weightGrams: 420 });
    const xml =
      '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchLabel</Code><Message>The specified label does not exist.</Message></Error>';
    return c.body(xml, 404, { 'content-type': 'application/xml' });
  });

  return app;
}
