/** `volley apply`: makes a checked playbook the one in force, through the running system. */
import type { Command } from 'commander';
import { z } from 'zod';
import { readConfig } from '../config.ts';
import { soundPlaybook } from './check.ts';
import { connect } from './client.ts';
import { colour, note, print, printJson } from './terminal.ts';

const answerSchema = z.looseObject({
  hash: z.string(),
  changed: z.boolean(),
  held: z.array(z.looseObject({ scope: z.string(), reason: z.string() })).default([]),
});

export function addApply(program: Command): void {
  program
    .command('apply')
    .description('check a playbook and make it the one in force; open enrollments keep their version')
    .argument('<dir>', 'folder that holds playbook.yaml')
    .option('--json', 'print the answer of the API')
    .action(async (dir: string, options: { json?: true }) => {
      const { files } = await soundPlaybook(dir);
      const api = await connect(readConfig());
      const answer = await api.ask('/v1/playbook/apply', answerSchema, {
        method: 'POST',
        json: { files },
      });
      if (options.json) {
        printJson(answer);
        return;
      }
      print(`${colour.green(answer.changed ? 'applied' : 'unchanged')} ${answer.hash.slice(0, 12)} at ${api.url}`);
      for (const { scope, reason } of answer.held) {
        note(`mail of ${scope.replace('sender:', '')} waits, ${reason}; volley doctor lists the records to add`);
      }
    });
}
