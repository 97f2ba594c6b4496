import { z } from 'zod';
import { count, flag, list } from './fields.ts';
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
    requestsPerMinute: count('requests', 1)
      .default(600)
      .describe(
        'How many requests somebody may make there in a minute, at each node; all of a tenant together four times as ' +
          'many. Sums and searches are worth several.',
      ),
    perTenant: z
      .strictObject({
        keys: count('keys', 1).default(1_000).describe('How many API keys, those aside that ended.'),
        adminKeys: count('keys', 1).default(100).describe('How many keys of the admin API, those aside that ended.'),
        links: count('links', 1).default(1_000).describe('How many capability links.'),
      })
      .prefault({})
      .describe('How much of a kind may be made there for one tenant.'),
    operatorScope: scopeName()
      .optional()
      .describe(
        'The scope that makes a person an operator, who sees every tenant; a role, where `claims.scopes` of the issuer names a ' +
          'claim with roles. Default: only keys do.',
      ),
  });
