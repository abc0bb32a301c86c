/** What the mails to our own people are made from, and what comes of it. */
import type { Clock } from '../clock.ts';
import type { MailSettings } from '../email/links.ts';
import type { NoticeContent } from '../email/notice.ts';
import type { Sender } from '../email/sender.ts';
import type { Logger } from '../log.ts';
import type { PlaybookCache } from '../playbook/index.ts';
import type { Db } from '../store/db.ts';
import type { Person } from './people.ts';

export interface NoticeDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly playbooks: PlaybookCache;
  readonly sender: Sender;
  readonly mail: MailSettings;
  readonly log: Logger;
}

/** What is to go to whom, or why nothing goes. */
export type Mailing =
  | { readonly skip: string }
  | {
      readonly to: Person;
      readonly content: NoticeContent;
      readonly thread?: string | undefined;
      readonly replyTo?: string | undefined;
      readonly attachments?: readonly { readonly name: string; readonly type: string; readonly text: string }[];
    };
