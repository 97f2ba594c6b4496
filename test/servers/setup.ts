import type { TestProject } from 'vitest/node';
import { findGlewlwyd, findNginx, findPostgres, findRedis } from './find.ts';

/**
 * Says at the end which tests did not run for want of a server. Tests start the servers they need by themselves, so
 * that a run of others costs nothing.
 */
export default function setup(project: TestProject): () => void {
  return () => {
    const skipped = project.vitest.state.getTestModules().flatMap((module) => [...module.children.allTests('skipped')]);
    if (skipped.length === 0) return;
    const missing = [
      findPostgres() === undefined
        ? 'PostgreSQL (DATABASE_URL, or its programs, or npm ci with optional packages)'
        : '',
      findRedis() === undefined ? 'Redis (REDIS_URL, or redis-server)' : '',
      findGlewlwyd() === undefined ? 'glewlwyd (of Debian)' : '',
      findNginx() === undefined ? 'nginx' : '',
    ].filter((name) => name !== '');
    const files = [...new Set(skipped.map(({ module }) => module.relativeModuleId))].sort();
    console.warn(`Did not run: ${skipped.length} tests of ${files.join(', ')}.`);
    if (missing.length > 0) console.warn(`Not found: ${missing.join('; ')}.`);
    else console.warn('A server that runs is used as it is; some tests need one of their own to stop and to start.');
  };
}
