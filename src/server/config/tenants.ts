import { z } from 'zod';
import { endpointPath } from './endpoints.ts';
import { tenantName } from './facade.ts';
import { flag, list, matching, origin, text, webUrl } from './fields.ts';
import { scopeName } from './tool.ts';

const brand = z.strictObject({
  logo: matching(/\.(svg|png|jpe?g|webp)$/i, 'a file that ends in .svg, .png, .jpg or .webp')
    .optional()
    .describe('A picture at the top of the page, 64 kB at the most.'),
  color: matching(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'a color such as "#0a5" or "#1552c4"')
    .optional()
    .describe('The color of the main button.'),
  supportUrl: webUrl('the http or https URL of a page')
    .optional()
    .describe('Where users get help; a link below the page.'),
});

const tenant = z
  .strictObject({
    name: text('a name').optional().describe('What its users are told it is called. Default: its id.'),
    url: origin()
      .refine((value) => !value.includes('*'), { error: 'the origin of one host; * is not one' })
      .optional()
      .describe(
        'The origin of a host of its own, such as `https://acme.mcp.example.com`: accepted in `Host`, and with `auth.facade` ' +
          'an issuer of its own.',
      ),
    path: endpointPath()
      .optional()
      .describe('What stands before the paths of endpoints on the main host instead: `/t/acme` for `/t/acme/mcp`.'),
    mainHost: flag().default(true).describe('Whether the tenant is served at the endpoints of the main host too.'),
    scopes: list(scopeName(), 'a list of scopes')
      .optional()
      .describe('The most that any credential may do at `url` or `path`. Default: what it may do elsewhere.'),
    brand: brand.optional().describe('How the pages look where its users are asked for consent, at `url`.'),
  })
  .refine(({ url, path }) => url === undefined || path === undefined, {
    path: ['path'],
    error: 'either url, a host of its own, or path',
  })
  .refine(({ url, path, mainHost }) => mainHost || url !== undefined || path !== undefined, {
    path: ['mainHost'],
    error: 'true, or a url or path where the tenant is served',
  })
  .refine(({ url, path, scopes }) => scopes === undefined || url !== undefined || path !== undefined, {
    path: ['scopes'],
    error: 'a url or path that they are for',
  })
  .refine(({ url, brand: given }) => given === undefined || url !== undefined, {
    path: ['brand'],
    error: 'a url that it is for: on a host of several tenants, pages look the same for all',
  });

/** What is known of tenants before anybody comes: none need be here to be served on the main host. */
export const tenants = z.record(tenantName(), tenant, { error: 'a mapping of tenants, by their ids' });

export type TenantConfig = z.output<typeof tenant>;
