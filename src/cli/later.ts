/** Verbs that are agreed on and come later: they say so, instead of being unknown. */
import type { Command } from 'commander';
import { notInThisVersion } from './use.ts';

const LATER = ['plan'] as const;

export function addLater(program: Command): void {
  for (const verb of LATER) {
    program
      .command(verb, { hidden: true })
      .description('not in this version')
      .argument('[words...]')
      .allowUnknownOption()
      .helpOption(false)
      .action(() => {
        throw notInThisVersion(verb);
      });
  }
}
