/** The verbs that need the engine or the store: loaded only when asked for, since that takes a second. */
import type { Command } from 'commander';

export function addProcesses(program: Command): void {
  program
    .command('serve')
    .description('run the API alone; needs DATABASE_URL, TEMPORAL_ADDRESS and VOLLEY_SECRET')
    .action(async () => (await import('./serve.ts')).serve());
  program
    .command('worker')
    .description('run the workers alone; needs DATABASE_URL, TEMPORAL_ADDRESS, VOLLEY_SECRET and AWS_REGION')
    .action(async () => (await import('./worker.ts')).work());
  program
    .command('migrate')
    .description('bring the schema of the store up to date; safe at any time and to repeat')
    .option('--json', 'print { applied }')
    .action(async (options: { json?: true }) => (await import('./migrate.ts')).runMigrations(options));
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check the installation and the running system')
    .option('--reconcile', 'start every lead that the rows say should run, after a restore of the store or of Temporal')
    .option('--json', 'print { ok, findings }, or what was reconciled')
    .action(async (options: { reconcile?: true; json?: true }) => (await import('./doctor.ts')).doctor(options));
}
