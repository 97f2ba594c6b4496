import type { ReloadOutcome } from '../server/offer/reload.ts';
import { report } from './failure.ts';
import { type Io, print, style } from './io.ts';

/** Says how a reload went to whoever looks at stderr. The log has it too. */
export function tellReload(io: Io, outcome: ReloadOutcome): void {
  const warn = (text: string) => print(io.stderr, `${style(io.stderr, 'yellow', 'warning')} ${text}`);
  if (!outcome.ok) {
    report(io, outcome.thrown, false);
    print(io.stderr, 'Not reloaded: what was served before is served on.');
    return;
  }
  const { summary, waiting, remarks } = outcome;
  print(io.stderr, style(io.stderr, 'dim', `Reloaded: ${summary === '' ? 'no tool is different' : summary}.`));
  if (waiting.length > 0) warn(`changed, and taken up by the next start only: ${waiting.join(', ')}`);
  for (const remark of remarks) warn(remark);
}
