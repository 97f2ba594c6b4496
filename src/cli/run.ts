import { report } from './failure.ts';
import { DONE, FAILED, type Io } from './io.ts';
import { createProgram } from './program.ts';

/**
 * Runs one command.
 * @param argv what follows the name of the program.
 * @returns the exit code.
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let code = DONE;
  const program = await createProgram(io, argv, () => {
    code = FAILED;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (thrown) {
    return report(io, thrown, program.opts<{ debug?: boolean }>().debug === true);
  }
}
