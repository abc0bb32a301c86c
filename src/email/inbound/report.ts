/** What mail servers report: that a message did not arrive (RFC 3464, and those who never heard of it), or was called spam (RFC 5965). */
import { type BounceKind, bounceKind } from '../bounce.ts';
import { addressesIn, type InboundMail, idsIn } from './message.ts';

export interface DeliveryReport {
  /** Addresses that did not get it. */
  readonly failed: readonly {
    readonly recipient: string | undefined;
    /** Nobody will ever get mail there: no such address or domain. Full and blocking mailboxes are not that. */
    readonly permanent: boolean;
    readonly kind: BounceKind;
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
/** The whole of From: daemons leave out the domain, or the address. */
const DAEMON =
  /(?:^|[\s<"(])(?:mailer[-_.]?daemon|post_?master|mail-daemon|microsoftexchange[0-9a-f]+)(?:[@\s>"),]|$)|\bmail[ ._]deliver(?:y|er)?[ ._](?:system|subsystem|service)\b/i;
/** Below any subject, what programs say of a message they could not deliver. Only where a mail system writes. */
const FAILED_WORDS =
  /(?:could ?n[o']t be delivered|was not delivered|unable to deliver|cannot be delivered|did not reach|delivery (?:has |to the following recipients? )?failed|undeliverable|not delivered to|(?:permanent|fatal|delivery) errors?|trouble delivering|no valid recipients|error (?:sending|delivering) your (?:mail|message)|failed addresses|malformed address|unknown recipient|returned (?:mail|to sender)|has(?: not|n't) (?:yet )?been delivered|user unknown|unknown user|no such user|invalid (?:user|recipient) address|mailbox is full|has been postponed|pas pu etre delivre|送信できません|配信(?:できません|不能|エラー)|届けられません|退信|无法投递|投递失败|не доставлено|недоставлен)/i;
/** No answer begins so: theirs begin with `Re:`. */
const FAILED_SUBJECT =
  /^(?:\[?postmaster\]? )?(?:mail (?:could not be delivered|delivery (?:warning|problem|error)|failed|error)|email delivery failure|failed (?:mail|delivery)|returned mail|non-?delivery|permanent delivery failure|warning: .{0,80}user unknown|your message to .{1,80} could not be delivered)/;
/** Nothing is lost yet. */
const DELAYED =
  /\bdelayed\b|warning(?: message)? only|has not yet been delivered|could not send mail for past|still being retried|will (?:be retried|continue)|\(delay\)|verzogert|retard[ée]/i;

/**
 * The report in this message, if it is one.
 * @param subject in plain text
 * @param isMachine whether its headers say that a program wrote it
 */
export function deliveryReportOf(mail: InboundMail, subject: string, isMachine: boolean): DeliveryReport | undefined {
  const type = mail.header('content-type')[0] ?? '';
  const statuses = mail.parts.filter(
    (part) => part.type === 'message/delivery-status' || part.type === 'message/global-delivery-status',
  );
  const refused = addressesIn(mail.header('x-failed-recipients'));
  const byDaemon = mail.header('from').some((from) => DAEMON.test(from));
  const unanswerable = mail.header('return-path').includes('<>');
  const isReport = /report-type\s*=\s*"?delivery-status/i.test(type) || statuses.length > 0 || refused.length > 0;
  const words = mail.text.slice(0, WORDS_MAX);
  const told = UNDELIVERED.test(subject) || FAILED_SUBJECT.test(subject);
  const shown = hasOriginal(mail) || COPY_BELOW.test(words) || /\b5\d\d[ -]/.test(words);
  const saysSo =
    (told && shown && FAILED_WORDS.test(words.slice(0, 1_500))) ||
    ((byDaemon || unanswerable) && UNDELIVERED.test(subject)) ||
    (byDaemon && (FAILED_WORDS.test(subject) || FAILED_WORDS.test(words) || DELAYED.test(subject))) ||
    (isMachine && FAILED_WORDS.test(words) && (unanswerable || shown));
  if (!isReport && !saysSo) return undefined;
  const about = aboutOf(mail);
  if (statuses.length > 0) return { failed: statuses.flatMap(({ text }) => failedIn(text)), about };
  if (DELAYED.test(subject) || /^action:\s*delayed/im.test(words)) return { failed: [], about };
  const status = /\b5\.\d{1,3}\.\d{1,3}\b/.exec(words)?.[0] ?? '';
  const means = meaning(status, words);
  const named = refused.length > 0 ? refused : recipientsIn(words);
  return {
    failed: (named.length > 0 ? named : [undefined]).map((recipient) => ({
      recipient,
      ...means,
      status,
    })),
    about,
  };
}

function meaning(status: string, words: string): { readonly permanent: boolean; readonly kind: BounceKind } {
  const kind = bounceKind(status, words);
  return { permanent: kind === 'hard', kind };
}

/** A daemon's own words come first; the copy of what was sent follows. */
const WORDS_MAX = 4_000;
const COPY_BELOW =
  /(?:original|copy of (?:your|the)|below this line|returned) message|message (?:headers|text) follow/i;

const hasOriginal = (mail: InboundMail): boolean =>
  mail.parts.some(({ type }) => type === 'message/rfc822' || type === 'text/rfc822-headers');

/** As daemons write whom they could not reach: alone on a line, or after words that say so. */
function recipientsIn(words: string): string[] {
  const own = words.split(COPY_BELOW)[0] ?? words;
  const marked =
    /^\s*<([^>\s]+@[^>\s]+)>(?::|\s|$)/m.exec(own)?.[1] ??
    /(?:delivered|deliver(?:ing)?(?: \w+){0,3}|RCPT) to:?\s*<?([^<>\s]+@[^<>\s]+[^<>\s.,:;])/i.exec(own)?.[1];
  return marked === undefined ? [] : addressesIn([marked]);
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
      return [
        {
          recipient,
          ...meaning(code, field('Diagnostic-Code')),
          status: code,
        },
      ];
    });
}

/** @returns the complaint in this message, if it is one */
export function complaintOf(mail: InboundMail): ComplaintReport | undefined {
  const type = mail.header('content-type')[0] ?? '';
  const report = mail.parts.find((part) => part.type === 'message/feedback-report');
  // Microsoft's feedback loop forwards the message with this header in place of a report.
  const forwarded = [
    ...mail.header('x-hmxmroriginalrecipient'),
    ...mail.parts.flatMap(({ text }) => /^X-HmXmrOriginalRecipient:[ \t]*(.+)$/im.exec(text)?.[1] ?? []),
  ];
  if (report === undefined && forwarded.length === 0 && !/report-type\s*=\s*"?feedback-report/i.test(type))
    return undefined;
  const kind = /^Feedback-Type:[ \t]*([\w-]+)/im.exec(report?.text ?? '')?.[1]?.toLowerCase() ?? 'abuse';
  // `not-spam` takes a complaint back, and the rest is about authentication.
  if (!['abuse', 'fraud', 'opt-out', 'opt-out-list', 'other', 'virus', 'miscategorized', 'complaint'].includes(kind))
    return undefined;
  const named = [...(report?.text ?? '').matchAll(/^(?:Original-Rcpt-To|Removal-Recipient):[ \t]*(.+)$/gim)];
  return {
    recipients: addressesIn([...named.map(([, value]) => value ?? ''), ...forwarded]),
    about: aboutOf(mail),
  };
}

/** A report about messages that is no complaint: `not-spam` takes one back, `auth-failure` is about DMARC. */
export const isFeedback = (mail: InboundMail): boolean =>
  mail.parts.some(({ type }) => type === 'message/feedback-report') ||
  mail.header('content-type').some((value) => /report-type\s*=\s*"?feedback-report/i.test(value));

/** Ids of the messages in it: of the parts, or below the words of a report without parts. */
function aboutOf(mail: InboundMail): string[] {
  const texts = [...mail.parts.map(({ text }) => text), mail.text];
  const lines = texts.flatMap((text) => [
    ...text.matchAll(/^(?:Message-I[Dd]|X-Original-Message-ID):\s*(.{1,600})$/gim),
  ]);
  return [...new Set([...idsIn(lines.map(([, value]) => value ?? '')), ...mail.answers])].slice(0, 20);
}
