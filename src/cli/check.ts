/** `volley check`: every mistake of a playbook at once, without a running system. */
import type { Command } from 'commander';
import { VolleyError } from '../core/errors.ts';
import { type Experiment, experimentsOf } from '../core/experiments/experiment.ts';
import { leadsToTell } from '../core/experiments/plan.ts';
import { sharesOf } from '../core/experiments/track.ts';
import type { Playbook } from '../core/playbook.ts';
import { compileRead, type PlaybookFiles, type PlaybookProblem, readPlaybookFolder } from '../playbook/index.ts';
import { colour, note, print, printJson } from './terminal.ts';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('say every mistake of a playbook, with file, line and column')
    .argument('<dir>', 'folder that holds playbook.yaml')
    .option('--json', 'print { ok, errors }')
    .action(async (dir: string, options: { json?: true }) => {
      const compiled = compileRead(await readPlaybookFolder(dir));
      const errors = compiled.ok ? [] : compiled.errors;
      if (options.json) printJson({ ok: compiled.ok, errors, ...(compiled.ok ? { warnings: compiled.warnings } : {}) });
      else if (compiled.ok) print(summary(compiled.playbook));
      else printProblems(errors);
      if (compiled.ok && !options.json)
        for (const warning of compiled.warnings) note(problemLine(warning, colour.yellow));
      if (!compiled.ok) process.exitCode = 1;
    });
}

function problemLine({ file, line, column, message, expected }: PlaybookProblem, mark = colour.red): string {
  return `${colour.bold(`${file}:${line}:${column}`)} ${mark(message)} ${colour.dim(`(expected ${expected})`)}`;
}

/** The problems on stdout, as they are the answer; their number on stderr. */
export function printProblems(errors: readonly PlaybookProblem[]): void {
  for (const error of errors) print(problemLine(error));
  note(`${errors.length} ${errors.length === 1 ? 'mistake' : 'mistakes'}`);
}

function summary(playbook: Playbook): string {
  const count = (what: object, one: string, many = `${one}s`): string => {
    const n = Object.keys(what).length;
    return `${n} ${n === 1 ? one : many}`;
  };
  const parts = [count(playbook.cadences, 'cadence'), count(playbook.emails, 'email'), count(playbook.pools, 'pool')];
  const lines = [...experimentsOf(playbook).values()].map(preview);
  return [`${colour.green('ok')} ${playbook.hash.slice(0, 12)}: ${parts.join(', ')}`, ...lines].join('\n');
}

/** What an experiment will do: who gets what, and how many leads it takes to tell. */
function preview({ id, groups, goal, guard }: Experiment): string {
  const shares = Object.entries(sharesOf(groups)).map(
    ([group, share]) => `${group} ${Number((share * 100).toFixed(1))}%`,
  );
  const asks = goal === undefined ? '' : `; goal ${goal.when.source} within ${goal.within}`;
  const stops =
    guard === undefined
      ? ''
      : `; an arm stops above ${guard.atMost * 100}% of ${guard.when.source} within ${guard.within}`;
  const least = goal === undefined ? 0 : leadsToTell(groups);
  const takes = least === 0 ? '' : `; about ${least} leads in all to tell 10% from 5%`;
  return `  experiment ${colour.bold(id)}: ${shares.join(', ')}${asks}${stops}${takes}`;
}

/** The mistakes of a playbook that a command was to go on with. */
export class PlaybookMistakes extends VolleyError {
  override readonly name: string = 'PlaybookMistakes';
  readonly errors: readonly PlaybookProblem[];

  constructor(dir: string, errors: readonly PlaybookProblem[]) {
    super('playbook-invalid', `the playbook in ${dir} has mistakes`, { fix: `\`volley check ${dir}\` lists them.` });
    this.errors = errors;
  }
}

/** The playbook of a folder, for commands that go on only with a sound one. @throws PlaybookMistakes */
export async function soundPlaybook(dir: string): Promise<{ playbook: Playbook; files: PlaybookFiles }> {
  const folder = await readPlaybookFolder(dir);
  const compiled = compileRead(folder);
  if (!compiled.ok) throw new PlaybookMistakes(dir, compiled.errors);
  return { playbook: compiled.playbook, files: folder.files };
}

/** The playbook of a folder alone. @throws PlaybookMistakes */
export const compileFolder = async (dir: string): Promise<Playbook> => (await soundPlaybook(dir)).playbook;
