#!/usr/bin/env node
// Syntax of any Node that knows modules, so that one that is too old still gets as far as the message.
const NEEDED = [22, 19];
const found = process.versions.node;
const parts = found.split('.').map(Number);

if (parts[0] < NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] < NEEDED[1])) {
  process.stderr.write(`postern needs Node ${NEEDED.join('.')} or newer; this is Node ${found}.\n`);
  process.exitCode = 2;
} else {
  await import('../dist/cli/main.js');
}
