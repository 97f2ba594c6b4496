import type { PosternError } from '../core/errors.ts';
import type { JsonSchema } from '../core/json.ts';
import type { Tool } from '../core/tool.ts';
import { readBody } from '../lib/body.ts';
import type { SchemaCompiler } from '../lib/schema.ts';
import type { OperationPlan } from '../openapi/plan.ts';
import { compileRequest, type RequestBuilder } from '../openapi/request/request.ts';
import { type ResultLimits, toResult } from '../openapi/response/response.ts';
import type { Callable } from '../tools/callable.ts';
import { type Credential, type CredentialConfig, compileCredential } from '../upstream/credential.ts';
import { failureOf } from '../upstream/normalise.ts';
import { withoutSecrets } from '../upstream/redact.ts';
import { send, type Upstream } from '../upstream/send.ts';

/** What the conversion of a document yields for one operation, as far as calling it needs. */
export interface OperationTool {
  readonly tool: Tool;
  readonly plan: OperationPlan;
  /** The schema that arguments are held to; made when it is first asked for. */
  readonly enforced: JsonSchema;
}

/** What all tools of one upstream share. */
export interface OpenApiParts {
  readonly upstream: Upstream;
  readonly baseUrl: string;
  readonly credential: CredentialConfig;
  readonly limits: ResultLimits;
  readonly schemas: SchemaCompiler;
}

const NO_HEADERS: ReadonlyMap<string, readonly string[]> = new Map();

interface Prepared {
  readonly build: RequestBuilder;
  readonly credential: Credential;
}

/**
 * One operation of an API as something that can be called. What a call needs is prepared with the first call: an API
 * has a thousand operations, and a server starts with all and is asked for ten.
 */
export function openApiCallable(operation: OperationTool, parts: OpenApiParts): Callable {
  const { plan, tool } = operation;
  const { upstream } = parts;
  const validate = parts.schemas.validator(() => operation.enforced);
  let prepared: Prepared | undefined;
  const prepare = (): Prepared => {
    prepared ??= {
      build: compileRequest(plan, parts.baseUrl),
      credential: compileCredential(parts.credential, plan),
    };
    return prepared;
  };

  return {
    tool,
    headers: NO_HEADERS,
    interactive: false,
    check(args) {
      const problems = validate(args);
      return problems === undefined ? { args } : { problems };
    },
    async run(args, run) {
      const { build, credential } = prepare();
      const { principal, requestId, conversation } = run;
      const request = build(args);
      const sent = await send(upstream, request, { principal, credential, requestId, signal: conversation.signal });
      run.upstreamMs += sent.ms;
      if ('error' in sent) throw sent.error;
      const response = withoutSecrets(sent.response, credential.secrets);
      run.upstreamStatus = response.status;
      const body = readBody(response, request.headers['accept']);
      const now = upstream.clock.now();
      const failure: PosternError | undefined = failureOf(response, body, {
        upstream: upstream.name,
        now,
        secrets: credential.secrets,
      });
      if (failure !== undefined) throw failure;
      return toResult(plan, response, body, parts.limits);
    },
  };
}
