/** `npm start`: everything on one machine, until Ctrl-C. */
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { report } from '../cli/main.ts';
import { readReps } from '../cli/people.ts';
import { untilStopped } from '../cli/signals.ts';
import { box, colour, note, print } from '../cli/terminal.ts';
import { isLoopback, readConfig } from '../config.ts';
import { createLog } from '../log.ts';
import { EXAMPLE, putExample, wantsExample } from './first-start.ts';
import { type Stack, startStack } from './stack.ts';

async function run(options: { empty?: true; home?: string }): Promise<number> {
  const fromEnvironment = readConfig();
  const config = options.home === undefined ? fromEnvironment : { ...fromEnvironment, home: options.home };
  for (const warning of config.warnings) note(colour.yellow(warning));
  // Quiet unless asked: the box below is what people want to read.
  const log = createLog({ ...config.log, level: config.log.level ?? 'warn' });
  const stopped = untilStopped();
  const reps = options.empty ? [] : await readReps(join(EXAMPLE, 'reps.yaml'));
  const say = (line: string): void => note(colour.dim(line));
  say(`starting in ${resolve(config.home)}`);
  const starting = startStack({ config, log, say, reps: reps.slice(0, 1).map((rep) => rep.id) });
  const asked = await Promise.race([starting.then(() => false), stopped.then(() => true)]);
  const stack = await starting;
  if (!asked) {
    const ended = await Promise.race([serve(stack, options.empty === true, config.email), stopped]);
    if (ended === 'broken') return finish(stack, 1);
  }
  return finish(stack, 0);
}

async function serve(stack: Stack, empty: boolean, email: ReturnType<typeof readConfig>['email']): Promise<'broken'> {
  // Example leads live at addresses that do not exist: they must never meet the real SES.
  const real = email.kind === 'ses' && (email.endpoint === undefined || !isLoopback(email.endpoint));
  if (!empty && !real && (await wantsExample(stack.database.db))) {
    note(colour.dim('first start: applying the example playbook and importing its leads'));
    const done = await putExample(stack.database.db, stack.url, stack.keys['admin'] ?? '');
    note(colour.dim(`${done.rows} rows: ${done.created} leads, ${done.rejected} refused with a reason`));
  }
  print(addresses(stack));
  note('Ctrl-C stops everything; the next start goes on from here.');
  const part = await stack.broken;
  note(colour.red(`${part} ended unexpectedly; stopping. Start again: nothing is lost. LOG_LEVEL=info shows more.`));
  return 'broken';
}

function addresses(stack: Stack): string {
  const rows: [string, string][] = [
    ['API', stack.url],
    ['API docs', `${stack.url}/docs`],
  ];
  if (stack.mailbox === undefined) rows.push(['SES events to', stack.sesHook]);
  else rows.push(['mailbox', stack.mailbox.url]);
  rows.push(['Temporal UI', stack.temporal.uiUrl ?? `(server at ${stack.temporal.address})`]);
  const keys = Object.entries(stack.keys);
  const whose = keys.find(([role, key]) => role.startsWith('rep:') && key === stack.keys['rep'])?.[0].slice(4);
  for (const [role, key] of keys) {
    if (role.startsWith('rep:')) continue;
    rows.push([`key: ${role}`, role === 'rep' && whose !== undefined ? `${key} (${whose})` : key]);
  }
  if (stack.keys['rep'] === undefined) {
    rows.push(['key: rep', 'once there is a rep: volley keys create --role rep --rep EMAIL']);
  }
  return box('Volley runs', rows);
}

async function finish(stack: Stack, code: number): Promise<number> {
  note(colour.dim('stopping'));
  await stack.stop();
  return code;
}

const program = new Command('npm start --')
  .description('run everything on one machine')
  .option('--empty', 'without the example playbook and leads')
  .option('--home <dir>', 'folder to keep everything in (default: VOLLEY_HOME, else .volley)')
  .option('--debug', 'show stack traces of errors')
  .exitOverride();
try {
  process.exitCode = await run(program.parse().opts());
} catch (error) {
  process.exitCode = report(error, program.opts()['debug'] === true);
}
// Whatever still holds the process (an engine's thread, say) has nothing left to do.
process.exit();
