/** The API over a real store, the outbox's dispatcher, and a mailbox on the wire in place of SES. */
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { type Mailbox, startMailbox } from '../../src/dev/mailbox/mailbox.ts';
import { createSender, type Sender } from '../../src/email/sender.ts';
import type { NoticeDeps } from '../../src/notices/mailing.ts';
import type { Dispatcher, DispatcherOptions } from '../../src/outbox/dispatcher.ts';
import { deliveryHandlers } from '../../src/outbox/handlers.ts';
import { openApi, SECRET, type TestApi } from '../api/support/api.ts';
import { dispatcherFor } from '../outbox/support.ts';

export const LENA = 'lena.hartmann@northwind.example';
export const TOM = 'tom.okafor@northwind.example';
export const INES = 'ines.duarte@northwind.example';

export interface Mail extends ParsedMail {
  readonly recipient: string;
  /** By label: `Accept`, `Give back`, ... */
  link(label: string): string;
}

export interface NoticeWorld {
  readonly api: TestApi;
  readonly mailbox: Mailbox;
  readonly deps: NoticeDeps;
  dispatcher(options?: Partial<DispatcherOptions>): Dispatcher;
  /** Sends what is due and answers the mails that came of it. */
  mails(): Promise<Mail[]>;
  close(): Promise<void>;
}

export async function openNotices(): Promise<NoticeWorld> {
  const api = await openApi();
  const mailbox = await startMailbox();
  const sender: Sender = createSender({
    region: 'local',
    endpoint: mailbox.url,
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
  const { clock, playbooks, log } = api.deps;
  const { db } = api.store.database;
  const deps = { db, clock, playbooks, log, sender, mail: { secret: SECRET, publicUrl: 'https://volley.example' } };
  const open: Dispatcher[] = [];
  const dispatcher = (options: Partial<DispatcherOptions> = {}): Dispatcher => {
    const one = dispatcherFor(db, clock, deliveryHandlers(deps), options);
    open.push(one);
    return one;
  };
  const first = dispatcher();
  let read = 0;
  return {
    api,
    mailbox,
    deps,
    dispatcher,
    async mails() {
      await first.drain();
      const found = mailbox.messages().slice(read);
      read += found.length;
      return Promise.all(
        found.map(async ({ id, to }) => {
          const raw = await mailbox.raw(id);
          if (raw === null) throw new Error('a message without its text');
          const mail = await simpleParser(raw);
          const link = (label: string): string => {
            const url = new RegExp(`^${label}: https://volley\\.example(/a/\\S+)$`, 'm').exec(mail.text ?? '')?.[1];
            if (url === undefined) throw new Error(`no link ${label} in: ${mail.text}`);
            return url;
          };
          return Object.assign(mail, { recipient: to[0] ?? '', link });
        }),
      );
    },
    async close() {
      for (const one of open) await one.stop();
      sender.close();
      await mailbox.close();
      await api.close();
    },
  };
}

export const addressIn = (header: AddressObject | AddressObject[] | undefined): string | undefined =>
  (Array.isArray(header) ? header[0] : header)?.value[0]?.address;
