import { z } from 'zod';
import { flag } from './fields.ts';
import { scopeName } from './tool.ts';

export const admin = z.strictObject({
  enabled: flag()
    .default(false)
    .describe('Serve the admin API at `/admin/api`, and the same as tools at `/admin/mcp`.'),
  operatorScope: scopeName()
    .optional()
    .describe(
      'The scope that makes a person an operator, who sees every tenant; a role, where `claims.scopes` of the issuer names a ' +
        'claim with roles. Default: only keys do.',
    ),
});
