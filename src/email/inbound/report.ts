/** What mail servers report: that a message did not arrive (RFC 3464, and those who never heard of it), or was called spam (RFC 5965). */
import { addressesIn, type InboundMail, idsIn } from './message.ts';

export interface DeliveryReport {
  /** Addresses that did not get it. */
  readonly failed: readonly {
    readonly recipient: string | undefined;
    /** Nobody will ever get mail there: no such address or domain. Full and blocking mailboxes are not that. */
    readonly permanent: boolean;
    /** `5.1.1`, else empty. */
    readonly status: string;
  }[];
  /** Ids of messages it is about. */
  readonly about: readonly string[];
}

export interface ComplaintReport {
  readonly recipients: readonly string[];
  readonly about: readonly string[];
}

const UNDELIVERED =
  /^(?:(?:undeliver(?:ed|able)|returned|delivery status notification|delivery (?:has )?failed|delivery failure|mail delivery (?:failed|failure|subsystem)|failure notice|mail system error|message (?:not delivered|undeliverable)|nicht zustellbar|unzustellbar|non remis|echec de (?:la )?remise|no se (?:puede entregar|pudo entregar)|impossibile recapitare|onbestelbaar|nao entregue|niedostarczono|nedorucitelne|olevererbart|kan inte levereras|uleverbar)\b|undelivered mail returned)/;
const DAEMON = /^(?:mailer-daemon|postmaster|mail-daemon|mailerdaemon|microsoftexchange[0-9a-f]+)@/;
const NOBODY =
  /(?:user|recipient|mailbox|address|account|empf[aä]nger|destinataire|destinatario)[^.\n]{0,60}(?:unknown|not (?:found|exist)|does(?:n't| not) exist|no longer|unavailable|rejected|invalid|unbekannt|inconnu)|(?:no such|unknown|invalid|nonexistent) (?:user|recipient|mailbox|address|account|local part)|user unknown|no mailbox here|host or domain name not found|domain (?:not found|does not exist)|null mx/i;
/** Full, busy, refused for what was in it: the address itself is good. */
const LIVES = /quota|full|over ?size|spam|blocked|blacklist|policy|greylist|rate|too many|temporar|relay/i;

/** The report in this message, if it is one. @param subject in plain text */
export function deliveryReportOf(mail: InboundMail, subject: string): DeliveryReport | undefined {
  const type = mail.header('content-type')[0] ?? '';
  const statuses = mail.parts.filter(
    (part) => part.type === 'message/delivery-status' || part.type === 'message/global-delivery-status',
  );
  const refused = addressesIn(mail.header('x-failed-recipients'));
  const byDaemon = (mail.from !== undefined && DAEMON.test(mail.from)) || mail.header('return-path').includes('<>');
  const isReport = /report-type\s*=\s*"?delivery-status/i.test(type) || statuses.length > 0 || refused.length > 0;
  if (!isReport && !(byDaemon && UNDELIVERED.test(subject))) return undefined;
  const about = aboutOf(mail);
  if (statuses.length > 0) return { failed: statuses.flatMap(({ text }) => failedIn(text)), about };
  const permanent = isPermanent('', mail.text);
  const named = refused.length > 0 ? refused : addressesIn(/^\s*<[^>\s]+@[^>\s]+>:/m.exec(mail.text) ?? []);
  return {
    failed: (named.length > 0 ? named : [undefined]).map((recipient) => ({ recipient, permanent, status: '' })),
    about,
  };
}

/** The groups of a delivery status, one for each recipient (RFC 3464 2.1); those that failed. */
function failedIn(status: string): DeliveryReport['failed'] {
  return status
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]+/g, ' ')
    .split(/\n\s*\n/)
    .flatMap((group) => {
      const field = (name: string): string => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(group)?.[1]?.trim() ?? '';
      if (!/^failed\b/i.test(field('Action'))) return [];
      const code = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(field('Status'))?.[0] ?? '';
      const [recipient] = addressesIn(
        [field('Original-Recipient'), field('Final-Recipient')].filter((one) => one !== ''),
      );
      return [{ recipient, permanent: isPermanent(code, field('Diagnostic-Code')), status: code }];
    });
}

/** RFC 3463: X.1 is about the address, 5.4.4 about a domain without mail, 5.2.1 about a mailbox switched off. */
function isPermanent(status: string, words: string): boolean {
  if (/^5\.1\.(?!7$|8$)/.test(status) || status === '5.2.1' || status === '5.4.4') return true;
  if (/^[24]\./.test(status) || /^5\.(?:2|3|6|7)\./.test(status)) return false;
  return NOBODY.test(words) && !LIVES.test(words);
}

/** @returns the complaint in this message, if it is one */
export function complaintOf(mail: InboundMail): ComplaintReport | undefined {
  const type = mail.header('content-type')[0] ?? '';
  const report = mail.parts.find((part) => part.type === 'message/feedback-report');
  // Microsoft's feedback loop forwards the message with this header in place of a report.
  const forwarded = mail.header('x-hmxmroriginalrecipient');
  if (report === undefined && forwarded.length === 0 && !/report-type\s*=\s*"?feedback-report/i.test(type))
    return undefined;
  const kind = /^Feedback-Type:[ \t]*([\w-]+)/im.exec(report?.text ?? '')?.[1]?.toLowerCase() ?? 'abuse';
  // `not-spam` takes a complaint back, and the rest is about authentication.
  if (!['abuse', 'fraud', 'opt-out', 'opt-out-list', 'other', 'virus', 'miscategorized', 'complaint'].includes(kind))
    return undefined;
  const named = [...(report?.text ?? '').matchAll(/^(?:Original-Rcpt-To|Removal-Recipient):[ \t]*(.+)$/gim)];
  return { recipients: addressesIn([...named.map(([, value]) => value ?? ''), ...forwarded]), about: aboutOf(mail) };
}

/** Ids of the messages in it: of the parts, or below the words of a report without parts. */
function aboutOf(mail: InboundMail): string[] {
  const texts = [...mail.parts.map(({ text }) => text), mail.text];
  const lines = texts.flatMap((text) => [
    ...text.matchAll(/^(?:Message-I[Dd]|X-Original-Message-ID):\s*(.{1,600})$/gim),
  ]);
  return [...new Set([...idsIn(lines.map(([, value]) => value ?? '')), ...mail.answers])].slice(0, 20);
}
