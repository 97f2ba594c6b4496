import { afterAll, afterEach, vi } from 'vitest';
import { watchChildren } from './children.ts';
import { watchFetch } from './fetches.ts';
import { gate } from './gate.ts';
import { harvestBody, harvestHeaders } from './harvest.ts';

/*
 * Two gates over the whole suite: no secret in a log line or an error, and no answer of 500 or above that a test file
 * has not said it expects (expected.ts). They stand where everything passes: the log, the door, egress, child processes.
 */

vi.mock('../../src/observe/log.ts', async (load) => {
  const original = await load<typeof import('../../src/observe/log.ts')>();
  const { gate } = await import('./gate.ts');
  const createLog: typeof original.createLog = ({ to, ...options }) => {
    if (to === undefined || typeof to === 'number') return original.createLog({ to, ...options });
    const tapped = {
      write: (line: string) => {
        gate.line(line);
        to.write(line);
      },
    };
    return original.createLog({ ...options, to: tapped });
  };
  return { ...original, createLog };
});

vi.mock('../../src/observe/line-writer.ts', async (load) => {
  const original = await load<typeof import('../../src/observe/line-writer.ts')>();
  const { gate } = await import('./gate.ts');
  const createLineWriter: typeof original.createLineWriter = (options) => {
    const writer = original.createLineWriter(options);
    const write = (line: string) => {
      gate.line(line);
      writer.write(line);
    };
    return { ...writer, write };
  };
  return { ...original, createLineWriter };
});

vi.mock('../../src/server/pipeline.ts', async (load) => {
  const original = await load<typeof import('../../src/server/pipeline.ts')>();
  const { gate } = await import('./gate.ts');
  const createPipeline: typeof original.createPipeline = (parts) => gate.watch(original.createPipeline(parts));
  return { ...original, createPipeline };
});

vi.mock('../../src/adapters/node.ts', async (load) => {
  const original = await load<typeof import('../../src/adapters/node.ts')>();
  const { gate } = await import('./gate.ts');
  const listen: typeof original.listen = (served, options) => {
    const handle = gate.watch((request) => served.handle(request));
    return original.listen({ handle, drain: () => served.drain(), close: () => served.close() }, options);
  };
  return { ...original, listen };
});

vi.mock('../../src/lib/egress.ts', async (load) => {
  const original = await load<typeof import('../../src/lib/egress.ts')>();
  const { gate } = await import('./gate.ts');
  const createEgress: typeof original.createEgress = (options) => {
    const egress = original.createEgress(options);
    const request: typeof egress.request = async (wanted) => {
      harvestHeaders(gate.canaries, (name) => wanted.headers[name]);
      const response = await egress.request(wanted);
      harvestBody(gate.canaries, response.headers['content-type'], Buffer.from(response.body).toString('latin1'));
      return response;
    };
    return { ...egress, request };
  };
  return { ...original, createEgress };
});

watchChildren(gate);
watchFetch(gate);

afterEach(() => report('answers of 500 or above that the test does not expect', gate.failures()));

afterAll(() => {
  report('answers of 500 or above that the test file does not expect', gate.failures());
  report('secrets where they have no place', gate.leaks());
});

function report(what: string, found: readonly string[]): void {
  if (found.length > 0) throw new Error(`${found.length} ${what}:\n${found.slice(0, 10).join('\n')}`);
}
