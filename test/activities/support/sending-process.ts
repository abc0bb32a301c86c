/** What a worker does with its email queue, in a process that can be killed: `advance` for leads, a few at a time. */
import { z } from 'zod';
import { createAdvance } from '../../../activities/advance.ts';
import { createSender } from '../../../src/email/sender.ts';
import { createLog } from '../../../src/log.ts';
import { createPacer } from '../../../src/pace/pacer.ts';
import { openDatabase } from '../../../src/store/db.ts';
import { NEWS } from './news.ts';

const setupSchema = z.object({
  databaseUrl: z.string(),
  mailbox: z.string(),
  now: z.number(),
  leads: z.array(z.string()),
  /** Kills itself when so many touches are committed as `sending`. */
  dieAfter: z.number().optional(),
});
export type SendingSetup = z.infer<typeof setupSchema>;

const AT_ONCE = 4;

const setup = setupSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const log = createLog({ level: 'silent', format: 'json' });
const database = await openDatabase({ databaseUrl: setup.databaseUrl, home: '', connections: AT_ONCE + 2 });
const sender = createSender({
  region: 'local',
  endpoint: setup.mailbox,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const pacer = createPacer({ db: database.db, log });
let committed = 0;
const advance = createAdvance({
  database,
  clock: {
    anchor: { real: 0, virtual: 0, factor: 1 },
    now: () => setup.now,
    realUntil: (at) => Math.max(0, at - setup.now),
  },
  playbooks: { get: async () => NEWS },
  sender,
  mail: { secret: 'a-secret-for-tests-of-32-characters', publicUrl: 'http://127.0.0.1:1' },
  log,
  pacer,
  onPoint: async (point) => {
    if (point === 'sending-committed') committed += 1;
    if (committed === setup.dieAfter) process.kill(process.pid, 'SIGKILL');
  },
});
const queue = [...setup.leads];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let lead = queue.shift(); lead !== undefined; lead = queue.shift()) await advance(lead, { maySend: true });
  }),
);
await pacer.close();
sender.close();
await database.close();
