import { CHOICE } from '../../connections/choose.ts';
import { CODE_ARGUMENT } from '../../connections/user-code.ts';
import { variablesOf } from '../../connections/variables.ts';
import type { AskedOfCaller } from '../../core/connections.ts';
import type { Principal } from '../../core/principal.ts';
import type { Callable } from '../../tools/callable.ts';
import { choosingCallable } from '../../tools/guards/choosing.ts';
import { type ConnectDesk, connectingCallable } from '../../tools/guards/connecting.ts';
import type { CredentialSource } from '../../upstream/credential.ts';
import type { MappingInput, OnFault } from '../../upstream/mapping.ts';
import type { UpstreamConfig } from '../config/config.ts';
import { connectableOf } from '../config/connections.ts';
import { StartError } from '../config/problem.ts';
import { spell } from '../config/problems.ts';
import { compileConfigured, type ExpressionContext } from './expressions.ts';

/** What connected accounts mean for the tools of an upstream. */
export interface AccountTools {
  /** What a caller can say of their accounts besides the arguments of a tool. Absent where nobody says anything. */
  readonly choices?: (principal: Principal) => Promise<AskedOfCaller>;
  /** A tool that is called with them. */
  over(callable: Callable): Callable;
}

export function accountTools(config: UpstreamConfig, source: CredentialSource): AccountTools {
  if (source.from !== 'connection' || config.credential.from !== 'connection') return { over: (callable) => callable };
  const { accounts } = source;
  const { choose } = config.credential;
  const { offerTo = 'nobody' } = connectableOf(config) ?? {};
  const desk: ConnectDesk = {
    urlOf: ({ principal, connection }) => accounts.connectUrl(principal, connection),
    waits: ({ principal }) => accounts.waits(principal),
    confirm: ({ principal, requestId }, code) => accounts.confirm(principal, code, requestId),
  };
  return {
    ...(choose || offerTo !== 'nobody' ? { choices: accounts.asked } : {}),
    over: (callable) => {
      const connecting = offerTo === 'nobody' ? callable : connectingCallable(callable, CODE_ARGUMENT, desk);
      return choose ? choosingCallable(connecting, CHOICE) : connecting;
    },
  };
}

/** Where calls are built for that each go to the place of an account: nothing is there, and nothing ever is (RFC 2606 §2). */
const NOWHERE = 'https://account.invalid';

/** @returns where calls to a base URL are built for. */
export function callBase(baseUrl: string): string {
  return variablesOf(baseUrl).length === 0 ? baseUrl : NOWHERE;
}

/** Tells of an answer whether the API took the token for one that has ended. */
export type IsExpired = (input: MappingInput) => boolean | Promise<boolean>;

/** @returns nothing where the status says it. @throws StartError for an expression that is wrong. */
export async function loadExpired(
  name: string,
  { credential }: UpstreamConfig,
  { onFault, ...context }: ExpressionContext & { readonly onFault: OnFault },
): Promise<IsExpired | undefined> {
  if (credential.from !== 'connection' || credential.expired === undefined) return undefined;
  const loaded = await compileConfigured(
    credential.expired,
    spell(['upstreams', name, 'credential', 'expired']),
    context,
  );
  if (!('evaluate' in loaded)) throw new StartError([loaded]);
  return (input) => {
    const asked = { ...input, headers: { ...input.headers }, operation: { ...input.operation } };
    if (loaded.saysNothing(asked)) return false;
    return loaded.evaluate(asked).then(
      (says) => says === true,
      (thrown: unknown) => {
        onFault('expired', thrown instanceof Error ? thrown.message : undefined);
        return false;
      },
    );
  };
}
