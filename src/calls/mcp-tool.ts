import { PosternError } from '../core/errors.ts';
import type { JsonObject, JsonSchema } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import type { SchemaCompiler } from '../lib/schema.ts';
import type { Callable } from '../tools/callable.ts';
import { type Health, healthOfError, healthOfStatus } from '../upstream/breaker.ts';
import { throughGate, type UpstreamState } from '../upstream/gate.ts';
import { type ContentRules, passOn } from '../upstream/mcp/content.ts';
import { reportedError } from '../upstream/mcp/failure.ts';
import type { OfferedTool } from '../upstream/mcp/offer.ts';
import { type Asked, askUpstream, type McpTarget } from '../upstream/mcp/request.ts';

/** What all tools of one MCP server share. */
export interface McpParts {
  readonly target: McpTarget;
  readonly rules: ContentRules;
  readonly schemas: SchemaCompiler;
  /** What is known of the server. Without it, every call is made. */
  readonly state?: UpstreamState;
  /** As whom the server sees the calls of a principal. */
  identityOf(principal: Principal): string;
}

const NO_HEADERS: ReadonlyMap<string, readonly string[]> = new Map();

/** A tool of an MCP server as something that can be called: its arguments meet its own schema here first. */
export function mcpCallable({ tool, listed }: OfferedTool, parts: McpParts): Callable {
  const { target, rules, schemas, state } = parts;
  const { $schema: _, $id: __, ...enforced } = listed.inputSchema;
  const validate = schemas.validator(() => enforced as JsonSchema);
  return {
    tool,
    headers: NO_HEADERS,
    // Whether a server asks on the way is not known before it does.
    interactive: true,
    check(args) {
      const problems = validate(args);
      return problems === undefined ? { args } : { problems };
    },
    async run(args, run) {
      const request = {
        method: 'tools/call' as const,
        params: { name: listed.name, arguments: args },
        inputSchema: listed.inputSchema as JsonObject,
      };
      const { principal } = run;
      const counted = { operation: `tools/call ${listed.name}`, identity: parts.identityOf(principal) };
      const ask = () => askUpstream(target, request, run);
      const asked = await throughGate(state ?? {}, { tenant: principal.tenant, counted }, ask, healthOf);
      if ('error' in asked) throw asked.error;
      state?.limiter.learn(counted, undefined, asked.failure);
      run.upstreamMs += asked.ms;
      run.upstreamStatus = asked.status;
      if (asked.result === undefined) throw asked.failure ?? new PosternError('internal');
      if (asked.result['isError'] === true) {
        const reported = reportedError(asked.result, { upstream: target.name, secrets: asked.secrets });
        if (reported !== undefined) throw reported;
      }
      return passOn(asked.result, { ...rules, secrets: asked.secrets });
    },
  };
}

/** What an answer, or the lack of one, says of the server. */
function healthOf({ failure, status, withoutCredential }: Asked): Health {
  if (withoutCredential === true) return 'unknown';
  if (status !== null && status >= 400) return healthOfStatus(status);
  return failure === undefined ? 'answers' : healthOfError(failure);
}
