import type { Config } from '../server/config/config.ts';
import { StartError, tell } from '../server/config/problem.ts';
import { packageVersion } from '../version.ts';
import type { Finding } from './doctor-checks.ts';
import { type Io, waiting } from './io.ts';

const CHECK = 'identity provider, clients';

/** Whether clients can be created at the identity provider, and would find there what they need. */
export async function checkTranslate(io: Io, config: Config): Promise<Finding[]> {
  const { translate } = config.auth;
  // Without a URL there is no endpoint that tokens could be for; the config is found wanting for that.
  if (translate === undefined || config.server.url === undefined) return [];
  const { translateProblems } = await import('../server/oauth/translate.ts');
  const parts = { clock: io.clock, version: packageVersion() };
  try {
    const problems = await waiting(io, `Asking ${translate.issuer}`, translateProblems(config, translate, parts));
    if (problems.length === 0) {
      return [{ check: CHECK, status: 'ok', message: `${translate.provider} takes new clients from here` }];
    }
    return problems.map((problem) => ({ check: CHECK, status: 'fail', message: tell(problem) }));
  } catch (thrown) {
    if (!(thrown instanceof StartError)) throw thrown;
    return thrown.problems.map((problem) => ({ check: CHECK, status: 'fail', message: tell(problem) }));
  }
}
