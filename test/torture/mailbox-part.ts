/** The mailbox process as the driver sees it: never killed, since it is the oracle. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { MODE_NAMES } from '../../src/dev/mailbox/modes.ts';
import type { MailboxReport, MailboxSetup } from './mailbox.ts';
import { nodeModule } from './processes.ts';

const startedSchema = z.object({ url: z.string() });
const reportSchema = z.object({
  seen: z.array(z.object({ touch: z.string(), answers: z.array(z.enum(MODE_NAMES)), told: z.boolean() })),
  kept: z.array(z.tuple([z.string(), z.number()])),
  refusedEvents: z.number(),
  pendingEvents: z.number(),
});

export interface MailboxPart {
  readonly url: string;
  report(): Promise<MailboxReport>;
  stop(): Promise<void>;
}

const said = async (child: ChildProcess): Promise<unknown> => (await once(child, 'message'))[0];

export async function mailboxPart(setup: MailboxSetup): Promise<MailboxPart> {
  const child = fork(nodeModule.mailbox, [JSON.stringify(setup)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { url } = startedSchema.parse(await said(child));
  return {
    url,
    async report() {
      const answer = said(child);
      child.send('report');
      return reportSchema.parse(await answer);
    },
    async stop() {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}
