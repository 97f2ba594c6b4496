import type { RefuseName } from '../../core/connections.ts';
import { once } from '../../lib/once.ts';
import type { OpenApiTool } from '../../openapi/tools.ts';
import { accountNames, type NamedPlace, type SaidNames } from '../../upstream/account-names.ts';
import type { UpstreamConfig } from '../config/config.ts';

/**
 * What accounts of an upstream may not send.
 * @param tools those of its document. Default: what the config alone says.
 */
export function accountNamesOf(
  { headers, baseUrl, tools: config }: Pick<UpstreamConfig, 'headers' | 'baseUrl' | 'tools'>,
  tools: readonly OpenApiTool[] = [],
): RefuseName {
  // Most servers have no accounts, and documents have thousands of parameters.
  const refuses = once(() =>
    accountNames({
      ...{ headers: Object.keys(headers), ...saidNames(config, tools) },
      fixed: [baseUrl ?? '', ...tools.map(({ plan }) => plan.path)].flatMap(queryNames),
    }),
  );
  return (place, name) => refuses()(place, name);
}

function saidNames(
  config: UpstreamConfig['tools'],
  tools: readonly OpenApiTool[],
): Omit<SaidNames, 'headers' | 'fixed'> {
  const bound = [config, ...Object.values(config.overrides)].flatMap(({ bind = {} }) => Object.keys(bind));
  const parameters = tools.flatMap(({ plan }) => plan.parameters);
  return {
    bound: [
      ...bound,
      // Of `body.org_id` the member: it may be a part of a form, or of a query.
      ...bound.map((name) => name.slice(name.indexOf('.') + 1)),
      // An argument may be called otherwise than its parameter.
      ...parameters.flatMap(({ key, name }) => (bound.includes(key) ? [name] : [])),
    ],
    parameters,
    schemes: tools.flatMap(({ plan }) => plan.security.flat()).flatMap(placeOf),
  };
}

/** Of a URL, or a path: some documents tell operations apart by a query. */
function queryNames(url: string): string[] {
  const [, query = ''] = /\?([^#]*)/.exec(url) ?? [];
  return [...new URLSearchParams(query).keys()];
}

function placeOf({ in: place, parameterName: name }: OpenApiTool['plan']['security'][number][number]): NamedPlace[] {
  return place === undefined || name === undefined ? [] : [{ in: place, name }];
}
