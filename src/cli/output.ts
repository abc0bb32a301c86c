/** What becomes of a command whose output nobody takes. */
import { systemErrorCode, systemErrorWords } from '../system-error.ts';
import { note } from './terminal.ts';

/**
 * A reader that has seen enough (`volley check … | head -1`) ends nothing: the command goes on to its own
 * exit code and what it still prints is lost. Output that cannot be written is a failure, said once.
 */
export function watchOutput(): void {
  let said = false;
  process.stdout.on('error', (error: unknown) => {
    if (systemErrorCode(error) === 'EPIPE') return;
    if (!said) note(`volley: the output cannot be written: ${systemErrorWords(error)}`);
    said = true;
    process.on('exit', (code) => {
      if (code === 0) process.exitCode = 1;
    });
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => {});
}
