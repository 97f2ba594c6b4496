import { Hono } from 'hono';
import type { AcmeEnv } from './app.ts';
import { errorList, htmlPage } from './errors.ts';

const CHANNELS = ['support', 'operations'];
const INVOICES = [
  { number: 'INV-2026-09', total: '1240.00', currency: 'EUR', paid: true },
  { number: 'INV-2026-10', total: '1310.50', currency: 'EUR', paid: false },
];

/** Systems that Acme bought rather than wrote. Each fails in a manner of its own. */
export function partnerRoutes(): Hono<AcmeEnv> {
  const app = new Hono<AcmeEnv>();

  // The chat service says everything with 200, failures too.
  app.post('/notifications', async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined);
    const { channel, text } = typeof body === 'object' && body !== null ? { channel: '', text: '', ...body } : {};
    if (!CHANNELS.some((known) => known === channel)) return c.json({ ok: false, error: 'channel_not_found' });
    if (typeof text !== 'string' || text === '') return c.json({ ok: false, error: 'no_text' });
    return c.json({ ok: true, channel, messageId: `${c.var.organization}-${text.length}` });
  });

  // Billing keeps the invoices of this year; the archive behind it has been down for a while.
  app.get('/invoices/:number', (c) => {
    const number = c.req.param('number');
    const invoice = INVOICES.find((known) => known.number === number);
    if (invoice) return c.json(invoice);
    return number.startsWith('INV-2026-')
      ? htmlPage(c, 404, 'Not Found', 'The requested document was not found on this server.')
      : htmlPage(c, 502, 'Bad Gateway', 'The proxy server received an invalid response from an upstream server.');
  });

  app.get('/usage', (c) => {
    const month = c.req.query('month') ?? '';
    if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
      return errorList(c, 400, [
        { code: 'INVALID_FORMAT', message: 'month must look like 2026-10.', field: 'month' },
        { code: 'NOTHING_SELECTED', message: 'No period was selected.' },
      ]);
    }
    return c.json({ month, apiCalls: 18_204, seats: 12 });
  });

  return app;
}
