// Prints `<passed> <failed>` of a step: `node .ci/tally.mjs <step> <exit code> <folder of logs>`.
// What ended badly without a failure to show for it has one.
import { readFileSync } from 'node:fs';

const [step, code, folder] = process.argv.slice(2);

/** The object that `--json` puts on the last line that begins with a brace. */
const lastObject = () => {
  const lines = readFileSync(`${folder}/${step}.log`, 'utf8').split('\n');
  return JSON.parse(lines.findLast((line) => line.startsWith('{')));
};
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

const readers = {
  test() {
    const report = JSON.parse(readFileSync(`${folder}/test.json`, 'utf8'));
    // A file that cannot be loaded has no tests to fail.
    const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length };
  },
  conformance() {
    const { conformance } = lastObject();
    return { passed: sum(conformance.map((set) => set.passed)), failed: sum(conformance.map((set) => set.failed)) };
  },
  interop() {
    const { passed, failed } = lastObject();
    return { passed, failed };
  },
};

const { passed, failed } = readers[step]();
console.log(passed, code !== '0' && failed === 0 ? 1 : failed);
