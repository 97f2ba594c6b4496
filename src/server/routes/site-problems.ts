import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { portless } from '../../http/guard.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import { isLoopback } from '../config/safety.ts';
import type { TenantConfig } from '../config/tenants.ts';
import { takenPaths } from './endpoints.ts';
import { hostOf } from './site.ts';

/** The largest picture: it is in each page. */
export const MOST_LOGO_BYTES = 64 * 1024;

/**
 * What is wrong with the hosts and paths of tenants: each must be one tenant's and nothing else.
 * @param baseDir what paths of files are relative to.
 */
export function siteProblems(config: Config, baseDir = '.'): Problem[] {
  const all = Object.entries(config.tenants);
  const open = config.auth.none && all.some(([, { url, path }]) => (url ?? path) !== undefined);
  return [
    ...(open ? [{ where: 'auth.none', found: 'true, and tenants with a url or path', wanted: 'one of them' }] : []),
    ...(config.auth.translate === undefined ? [] : all.flatMap(translatedProblems)),
    ...hostProblems(config, all),
    ...pathProblems(config, all),
    ...all.flatMap(([tenant, { brand }]) => logoProblems(`tenants.${tenant}.brand.logo`, brand?.logo, baseDir)),
  ];
}

/** The tokens of `auth.translate` are made out to the endpoint of the main host: they would count nowhere else. */
function translatedProblems([tenant, { url, path }]: Tenants[number]): Problem[] {
  if ((url ?? path) === undefined) return [];
  const wanted = 'the main host for all tenants: clients are registered at the identity provider for one endpoint';
  const where = `tenants.${tenant}.${url === undefined ? 'path' : 'url'}`;
  return [{ where, found: 'a place of its own, and auth.translate', wanted, fix: 'auth.facade serves several.' }];
}

type Tenants = readonly (readonly [string, TenantConfig])[];

/** Names are compared without ports: a browser keeps one set of cookies for all ports of a host (RFC 6265 §8.5). */
function hostProblems({ server, auth }: Config, all: Tenants): Problem[] {
  const names = new Map<string, string>(server.hosts.map((host) => [portless(host.toLowerCase()), 'server.hosts']));
  if (server.url !== undefined) names.set(new URL(server.url).hostname, 'server.url');
  const issuers = new Map(auth.issuers.map(({ issuer }, index) => [issuer, `auth.issuers[${index}]`]));
  return all.flatMap(([tenant, { url }]): Problem[] => {
    if (url === undefined) return [];
    const where = `tenants.${tenant}.url`;
    const name = portless(hostOf(url));
    const wanted = 'a host of its own';
    const taken = names.get(name) ?? (auth.facade === undefined ? undefined : issuers.get(url));
    names.set(name, where);
    if (MAY_BE_LOOPBACK.test(name) && isLoopback(name))
      return [{ where, found: `${name}, which every server on this machine has`, wanted }];
    return taken === undefined ? [] : [{ where, found: `${name}, which ${taken} has`, wanted }];
  });
}

/** Before it is looked at closely, as there may be thousands. */
const MAY_BE_LOOPBACK = /^(localhost$|[\d[])/;

/** None is below another one, so that there are no two answers to what a path means. */
function pathProblems(config: Config, all: Tenants): Problem[] {
  const taken = takenPaths(config);
  const tenants = new Map<string, string>();
  const first = (path: string, tenant: string) => tenants.set(path, tenants.get(path) ?? tenant);
  for (const [tenant, { path }] of all) if (path !== undefined) first(path, tenant);
  return all.flatMap(([tenant, { path }]): Problem[] => {
    if (path === undefined) return [];
    const above = partsOf(path).find((part) => ![undefined, tenant].includes(tenants.get(part)));
    const clash = taken.find((other) => other === path || isBelow(other, path) || isBelow(path, other));
    if (above === undefined && clash === undefined) return [];
    const found =
      clash === undefined
        ? `${path}, and ${above} is ${tenants.get(above ?? '')}'s`
        : `${path}, and ${clash} means something else`;
    return [{ where: `tenants.${tenant}.path`, found, wanted: 'a path of its own' }];
  });
}

function isBelow(path: string, above: string): boolean {
  return path.startsWith(`${above}/`);
}

/** `/t`, `/t/acme` of `/t/acme`. */
function partsOf(path: string): string[] {
  const names = path.slice(1).split('/');
  return names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`);
}

function logoProblems(where: string, logo: string | undefined, baseDir: string): Problem[] {
  if (logo === undefined) return [];
  const path = resolve(baseDir, logo);
  const wanted = `a picture that this process may read, ${MOST_LOGO_BYTES / 1024} kB at the most`;
  try {
    accessSync(path, constants.R_OK);
    const about = statSync(path);
    if (about.isFile() && about.size <= MOST_LOGO_BYTES) return [];
    const found = about.isFile()
      ? `${path}, which has ${Math.ceil(about.size / 1024)} kB`
      : `${path}, which is no file`;
    return [{ where, found, wanted }];
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? 'unreadable';
    return [{ where, found: `${path}, which cannot be read (${code})`, wanted }];
  }
}
