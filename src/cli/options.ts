import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from './duration.ts';

/** The options that say what is served; the same for every command that loads a config. */
export interface SourceOptions {
  readonly config?: string;
  readonly upstream?: string;
  readonly upstreamAuth?: string;
}

export function port(value: string): number {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= 0 && number <= 65_535) return number;
  throw new InvalidArgumentError('Wanted: a TCP port from 0 to 65535; 0 takes a free one.');
}

export function scopes(value: string): string[] {
  const names = value.split(',').map((name) => name.trim());
  if (names.every((name) => /^(?!\*$)[\x21\x23-\x5b\x5d-\x7e]+$/.test(name))) return [...new Set(names)];
  throw new InvalidArgumentError('Wanted: scope names with commas between them, such as tickets:read,tickets:write.');
}

/** In milliseconds. */
export function duration(value: string): number {
  const parsed = parseDuration(value);
  if (parsed !== undefined) return parsed;
  throw new InvalidArgumentError('Wanted: a whole number and m, h, d, w or y, such as 90d.');
}

export function configOption(): Option {
  return new Option('--config <file>', 'the config (default: ./postern.yaml or ./postern.config.ts, if there is one)');
}

export function jsonOption(): Option {
  return new Option('--json', 'print JSON, for scripts');
}

/** Adds the document and the options that go with it. */
export function withSource(command: Command): Command {
  return command
    .argument(
      '[document]',
      'an OpenAPI document, as a path or https URL; served instead of the upstreams of the config',
    )
    .addOption(configOption())
    .option('--upstream <url>', 'the base URL of the API (default: the first server of the document)')
    .option('--upstream-auth <reference>', 'the credential of the API: env:NAME or file:PATH');
}
