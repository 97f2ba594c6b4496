import { isUtf8 } from 'node:buffer';
import { Hono } from 'hono';
import type { AcmeEnv } from './app.ts';
import type { AcmeData } from './data.ts';
import { Problem } from './errors.ts';
import { existing } from './tickets.ts';

const MAX_BYTES = 1024 * 1024;

/** Files that hang on tickets: multipart in, bytes out. */
export function attachmentRoutes(data: AcmeData): Hono<AcmeEnv> {
  const app = new Hono<AcmeEnv>();

  app.post('/tickets/:id/attachments', async (c) => {
    const ticket = existing(data, c.var.organization, c.req.param('id'));
    const form = await c.req.formData().catch(() => {
      throw new Problem(415, 'Not a form', 'The body must be multipart/form-data.');
    });
    const file = form.get('file');
    if (!(file instanceof File)) {
      throw new Problem(422, 'Invalid fields', 'Some fields are not valid.', [
        { pointer: '/file', detail: 'must be a file' },
      ]);
    }
    if (file.size > MAX_BYTES) throw new Problem(413, 'File too large', 'A file may have at most 1 MiB.');
    const name = form.get('fileName');
    const bytes = Buffer.from(await file.arrayBuffer());
    const stored = { name: typeof name === 'string' && name !== '' ? name : file.name, type: typeOf(bytes), bytes };
    return c.json(data.addAttachment(c.var.organization, ticket.id, stored), 201);
  });

  app.get('/attachments/:id', (c) => {
    const file = data.attachmentBytes(c.var.organization, c.req.param('id'));
    if (file === undefined) throw new Problem(404, 'No such attachment', 'There is no such attachment.');
    return c.body(Buffer.from(file.bytes), 200, { 'content-type': file.type });
  });

  return app;
}

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** What the bytes are, whatever the uploader says they are. */
function typeOf(bytes: Buffer): string {
  if (bytes.subarray(0, PNG.length).equals(PNG)) return 'image/png';
  return isUtf8(bytes) ? 'text/plain; charset=utf-8' : 'application/octet-stream';
}
