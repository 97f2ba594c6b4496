import { basename } from 'node:path';
import type { JsonObject } from '../../src/core/json.ts';
import type { Principal } from '../../src/core/principal.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createEgress } from '../../src/lib/egress.ts';
import { SchemaCompiler } from '../../src/lib/schema.ts';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { compileRequest } from '../../src/openapi/request/request.ts';
import { type OpenApiTool, openApiTools } from '../../src/openapi/tools.ts';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { compileCredential } from '../../src/upstream/credential.ts';
import { send, type Upstream } from '../../src/upstream/send.ts';
import type { Variant } from './call-arguments.ts';
import { Checker, type Discrepancy } from './call-check.ts';
import { type DocumentOperation, documentOperations, impossibleProperties, readDocument } from './call-document.ts';
import { type Complaint, makeArguments } from './call-make.ts';

export interface Finding {
  /** Method and path, as the document has them. */
  readonly operation: string;
  readonly reason: string;
}

export interface CallReport {
  readonly document: string;
  readonly operations: number;
  /** Operations whose every request was read back as the same operation with the same values. */
  readonly ok: number;
  /** Operations that the document itself leaves no way to call or to recognise: nothing of ours is wrong with them. */
  readonly exceptions: readonly Finding[];
  /** Operations whose request was not made, or not read back the same. */
  readonly failures: readonly Finding[];
  /** Requests sent. */
  readonly requests: number;
}

const VARIANTS: readonly Variant[] = ['all', 'required', 'odd'];
const BASE_PATH = '/base/v1';
const PRINCIPAL: Principal = { kind: 'key', subject: 'corpus', tenant: 'corpus', scopes: new Set(['*']) };

/**
 * Calls every operation of a document with arguments made from the schema that clients are shown, and lets a reader that
 * knows only the document say what arrived.
 */
export async function callDocument(path: string): Promise<CallReport> {
  const raw = readDocument(path);
  const operations = documentOperations(raw);
  const { tools } = openApiTools(await loadDocument(path), { upstream: 'corpus' });
  const byOperation = new Map(tools.map((tool) => [tool.operation, tool]));
  const server = await createRecordingUpstream();
  const caller = new Caller(server, new Checker(operations, BASE_PATH), impossibleProperties(raw));
  const exceptions: Finding[] = [];
  const failures: Finding[] = [];
  try {
    for (const operation of operations) {
      const name = `${operation.method} ${operation.template}`;
      const tool = byOperation.get(name);
      const found = tool === undefined ? noTool : await caller.callAll(operation, tool);
      if (found?.kind === 'exception') exceptions.push({ operation: name, reason: found.reason });
      if (found?.kind === 'failure') failures.push({ operation: name, reason: found.reason });
    }
  } finally {
    await caller.close();
    await server.close();
  }
  const total = operations.length;
  const ok = total - exceptions.length - failures.length;
  return { document: basename(path), operations: total, ok, exceptions, failures, requests: caller.requests };
}

const noTool: Discrepancy = { kind: 'failure', reason: 'there is no tool for it' };

class Caller {
  requests = 0;
  readonly #server: RecordingUpstream;
  readonly #upstream: Upstream;
  readonly #checker: Checker;
  readonly #impossible: ReadonlySet<string>;
  readonly #schemas = new SchemaCompiler({ max: 4 });

  constructor(server: RecordingUpstream, checker: Checker, impossible: ReadonlySet<string>) {
    const egress = createEgress({ clock: systemClock, allow: [server.host] });
    const origins = [server.url];
    this.#upstream = { name: 'corpus', origins, egress, clock: systemClock, userAgent: 'postern/corpus' };
    this.#server = server;
    this.#checker = checker;
    this.#impossible = impossible;
  }

  /** Calls one operation with every variant of arguments. @returns the worst that was found. */
  async callAll(operation: DocumentOperation, tool: OpenApiTool): Promise<Discrepancy | undefined> {
    const build = compileRequest(tool.plan, this.#server.url + BASE_PATH);
    const validate = this.#schemas.validator(() => tool.enforced);
    let found: Discrepancy | undefined;
    let refused: Discrepancy | undefined;
    let called = false;
    for (const variant of VARIANTS) {
      const made = makeArguments(tool, variant, validate, build);
      if ('refused' in made) {
        refused = this.#refusal(variant, made.refused);
        continue;
      }
      called = true;
      const wrong = await this.#call(operation, tool, build(made.args), made.args);
      if (wrong !== undefined && found?.kind !== 'failure') found = { ...wrong, reason: `${variant}: ${wrong.reason}` };
    }
    return called ? found : refused;
  }

  #refusal(variant: Variant, { pointer, expected, received }: Complaint): Discrepancy {
    const name = pointer.slice(pointer.lastIndexOf('/') + 1);
    if (this.#impossible.has(name)) {
      return { kind: 'exception', reason: `the document requires ${name} where it forbids it` };
    }
    return { kind: 'failure', reason: `${variant}: ${pointer}: expected ${expected}, received ${received}` };
  }

  async #call(operation: DocumentOperation, tool: OpenApiTool, request: Parameters<typeof send>[1], args: JsonObject) {
    this.#server.clear();
    this.requests += 1;
    const credential = compileCredential({ source: { from: 'none' } }, tool.plan);
    const answer = await send(this.#upstream, request, { principal: PRINCIPAL, credential, requestId: 'corpus' });
    if ('response' in answer) return this.#checker.check(operation, tool.plan, args, this.#server.last());
    const failed: Discrepancy = { kind: 'failure', reason: `${answer.error.code}: ${String(answer.error.cause)}` };
    return failed;
  }

  close(): Promise<void> {
    return this.#upstream.egress.close();
  }
}
