/** `volley replay`: whether the code at hand may take over from the code that runs. */
import type { Command } from 'commander';
import type { ReplayOptions } from './replay/run.ts';
import { integer, wrongUse } from './use.ts';

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('the gate before an upgrade: does this build go on where running leads stand')
    .option('--histories <folder>', 'replay the workflow histories in it (*.json)')
    .option('--wakes <folder>', 'decide the recorded wakes in it again (wakes.ndjson)')
    .option(
      '--from-server',
      'both of the running system: histories from TEMPORAL_ADDRESS or the local stack, wakes from its API',
    )
    .option('--most <n>', 'with --from-server: no more than this many, the newest first', integer(1, 1_000_000_000))
    .option('--meant <file>', 'YAML: which differences of decisions are meant (default: meant.yaml beside the wakes)')
    .option('--json', 'print { ok, histories, wakes }')
    .action(async (options: ReplayOptions) => {
      if (options.histories === undefined && options.wakes === undefined && !options.fromServer) {
        throw wrongUse('there is nothing to replay', 'Say --histories FOLDER, --wakes FOLDER or --from-server.');
      }
      if (options.most !== undefined && !options.fromServer) throw wrongUse('--most goes with --from-server');
      await (await import('./replay/run.ts')).replay(options);
    });
}
