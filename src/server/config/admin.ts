import { z } from 'zod';
import { flag, list } from './fields.ts';
import { scopeName } from './tool.ts';

/** @param issuer an authorization server whose tokens are accepted. */
export const admin = <T extends z.ZodType>(issuer: T) =>
  z.strictObject({
    enabled: flag()
      .default(false)
      .describe('Serve the admin API at `/admin/api`, and the same as tools at `/admin/mcp`.'),
    issuers: list(issuer, 'a list of issuers')
      .default([])
      .describe(
        'Authorization servers whose tokens are accepted there besides those of `auth.issuers`, and nowhere else: the ' +
          'identity provider itself, where clients see `auth.facade`. With the keys of `auth.issuers`; one of ' +
          'these may be here, too, with another `audience`.',
      ),
    operatorScope: scopeName()
      .optional()
      .describe(
        'The scope that makes a person an operator, who sees every tenant; a role, where `claims.scopes` of the issuer names a ' +
          'claim with roles. Default: only keys do.',
      ),
  });
