import type { Clock } from '../core/clock.ts';
import { type CallErrorCode, PosternError } from '../core/errors.ts';

export interface BreakerOptions {
  /** The upstream's name in the config. */
  readonly upstream: string;
  readonly clock: Clock;
  /** Failures in a row, of one tenant's calls, that open the circuit. 0: none do. Default 10. */
  readonly failures?: number;
  /** Milliseconds for which calls are then held back. Default 30,000. */
  readonly openMs?: number;
  /** Tenants with failures that are remembered; the one that failed longest ago is forgotten. Default 10,000. */
  readonly maxTenants?: number;
  /** Hears of a tenant whose calls begin to be held back. */
  readonly opened?: (tenant: string) => void;
}

/** How a call was let through: as any other, or as the one that finds out whether the API is back. */
export type Pass = 'closed' | 'probe';

/**
 * What a call says of the API: it answers, it fails, or nothing, because the call never came so far or was given up by
 * its caller.
 */
export type Health = 'answers' | 'fails' | 'unknown';

export interface CircuitState {
  readonly tenant: string;
  readonly state: 'closed' | 'open' | 'half_open';
  /** Failures in a row. */
  readonly failures: number;
  /** Whole seconds until it is tried again; 0 unless it is open. */
  readonly retryAfterSeconds: number;
}

/** Holds back the calls of a tenant to an API that fails them all. Every pass that `enter` gives must be settled. */
export interface Breaker {
  /** @returns a pass, or `circuit_open` with the time left. */
  enter(tenant: string): Pass | PosternError;
  settle(tenant: string, pass: Pass, health: Health): void;
  /** The tenants that have failures; all others are closed. */
  states(): readonly CircuitState[];
}

interface Circuit {
  failures: number;
  /** On the monotonic clock; nothing while it is closed. */
  opensAt?: number;
  probing: boolean;
}

/**
 * A circuit breaker for one upstream, with a circuit for each tenant: what one tenant's account meets at an API need not
 * be what another's does. A tenant without failures costs a look into a map and no memory.
 */
export function createBreaker(options: BreakerOptions): Breaker {
  const { upstream, clock, failures: most = 10, openMs = 30_000, maxTenants = 10_000 } = options;
  const circuits = new Map<string, Circuit>();

  const refuse = (leftMs: number): PosternError =>
    new PosternError('circuit_open', { upstream, retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) });

  const fail = (tenant: string, pass: Pass): void => {
    const circuit = circuits.get(tenant) ?? { failures: 0, probing: false };
    // What was on its way when the circuit opened says nothing new.
    if (circuit.opensAt !== undefined && pass !== 'probe') return;
    circuit.failures += 1;
    circuit.probing = false;
    if (pass === 'probe' || circuit.failures >= most) {
      if (circuit.opensAt === undefined) options.opened?.(tenant);
      circuit.opensAt = clock.monotonic() + openMs;
    }
    circuits.delete(tenant);
    if (circuits.size >= maxTenants) {
      const [oldest] = circuits.keys();
      if (oldest !== undefined) circuits.delete(oldest);
    }
    circuits.set(tenant, circuit);
  };

  return {
    enter: (tenant) => {
      const circuit = circuits.get(tenant);
      if (circuit?.opensAt === undefined) return 'closed';
      const leftMs = circuit.opensAt - clock.monotonic();
      if (leftMs > 0 || circuit.probing) return refuse(leftMs);
      circuit.probing = true;
      return 'probe';
    },
    settle: (tenant, pass, health) => {
      if (most === 0) return;
      if (health === 'fails') {
        fail(tenant, pass);
        return;
      }
      const circuit = circuits.get(tenant);
      if (circuit === undefined) return;
      if (health === 'unknown') {
        if (pass === 'probe') circuit.probing = false;
      } else if (pass === 'probe' || circuit.opensAt === undefined) circuits.delete(tenant);
    },
    states: () =>
      [...circuits].map(([tenant, { failures, opensAt }]) => {
        const leftMs = opensAt === undefined ? 0 : Math.max(0, opensAt - clock.monotonic());
        const state = opensAt === undefined ? 'closed' : leftMs > 0 ? 'open' : 'half_open';
        return { tenant, state, failures, retryAfterSeconds: Math.ceil(leftMs / 1000) };
      }),
  };
}

/** What an answer says of the API. A refusal, 429 among them, is an answer. */
export function healthOfStatus(status: number): Health {
  return status >= 500 ? 'fails' : 'answers';
}

const FAILING: readonly string[] = ['upstream_unavailable', 'timeout'] satisfies CallErrorCode[];
/** It answered, with more than is read. */
const ANSWERING: readonly string[] = ['result_too_large'] satisfies CallErrorCode[];

/** What it says of the API that no answer could be read. */
export function healthOfError({ code }: PosternError): Health {
  return FAILING.includes(code) ? 'fails' : ANSWERING.includes(code) ? 'answers' : 'unknown';
}
