#!/usr/bin/env node
// Plain JavaScript, since it must start on the machine's own Node, however old: Volley itself needs
// Node 24 and brings it as a dependency.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 12];

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

const here = dirname(fileURLToPath(import.meta.url));

if (isNewEnough(process.versions.node)) {
  // Experimental parts of Node that Volley chose on purpose are no news to who runs it.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') console.error(`${warning.name}: ${warning.message}`);
  });
  const { main } = await import('../src/cli/main.ts');
  await main(process.argv);
} else {
  // The package named `node` holds the binary; npm may have put it beside Volley or further up.
  const own = [join(here, '..', 'node_modules'), join(here, '..', '..')]
    .map((modules) => join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'))
    .find((file) => existsSync(file));
  if (own === undefined) {
    console.error(
      `volley needs Node ${NEEDED.join('.')} or newer; this is ${process.version}. Run \`npm ci\` in Volley's folder, which brings its own.`,
    );
    process.exit(2);
  }
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal's Ctrl-C reaches the child by itself; what is sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(`volley could not start its own Node (${own}): ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
