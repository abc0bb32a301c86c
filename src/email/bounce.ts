/**
 * What a bounce really means, by the status and the words of whoever refused the message: three kinds, since
 * three different things follow. SES's own types come first where there are any; see docs/email.md.
 */
import { DAY } from '../core/time.ts';

/**
 * `hard`: nobody will ever get mail at this address. `block`: refused for what or who we are; the address
 * is good. `soft`: full, busy, slow: it may work the next time.
 */
export type BounceKind = 'hard' | 'soft' | 'block';

const NOBODY =
  /(?:user|recipient|mailbox|address|account|empf[aä]nger|destinataire|destinatario|宛先|ユーザ)[^.\n]{0,60}(?:unknown|not (?:found|exist|recognized|listed)|does(?:n't| not) (?:exist|like recipient)|no longer|unavailable|rejected|invalid|disabled|inactive|suspended|unbekannt|inconnu|desconhecid|desconocid|possibly incorrect)|(?:no such|unknown|invalid|nonexistent|undeliverable|bad destination) (?:user|recipient|mailbox|address|account|local part|person)|(?:user|host|domain) unknown|unknown (?:host|domain)|no mailbox (?:here|by that name)|no (?:valid|such) (?:recipient|user)|does(?:n't| not) have an? .{0,30}account|host or domain name not found|(?:domain|host) (?:not found|does not exist)|name service error|null mx|address not present|not a valid (?:mailbox|recipient|user)|存在しません|見つかりません/i;
const PASSING =
  /quota|mailbox.{0,20}full|(?:is|mailbox) full|over ?size|storage|greylist|grey-list|gray-?list|too many|temporar|try (?:again|later)|time[d ]? ?out|timeout|queue too long|retry|一杯|容量/i;
const BLOCKED =
  /\bspam|spamhaus|block(?:ed|list| list)|blacklist|black list|\bdnsbl|\brbl\b|denylist|reputation|polic(?:y|ies)|dmarc|\bspf\b|\bdkim\b|unauthenticated|unsolicited|\bbulk\b|virus|malware|content (?:reject|filter)|message content|not allowed to send|sender (?:rejected|denied|verify|not)|relay(?:ing)? (?:access )?denied|unable to relay|not accept(?:ed|ing) (?:mail )?from|access denied|rejected (?:due to|for) (?:security|policy)|too (?:large|big)|size limit|attachment/i;

/**
 * @param status RFC 3463, `5.1.1`; empty when nobody said one
 * @param words what the refusing server wrote, as much as is known
 */
export function bounceKind(status: string, words: string): BounceKind {
  const [, subject = '', detail = ''] = /^5\.(\d{1,3})\.(\d{1,3})$/.exec(status) ?? [];
  if (/^[24]\./.test(status)) return status === '4.4.4' ? 'hard' : 'soft';
  switch (subject) {
    case '1':
      // X.1.7 and X.1.8 are about the sender's address.
      if (detail === '7' || detail === '8') return 'block';
      return detail === '0' ? byWords(words, 'hard') : 'hard';
    case '2':
      if (detail === '1') return 'hard';
      return detail === '3' ? 'block' : 'soft';
    case '3':
      return detail === '4' ? 'block' : byWords(words, 'soft');
    case '4':
      // No mail server at the domain; `5.4.1` and `5.4.310` are how Exchange Online says no such address, no such domain.
      if (detail === '4' || detail === '310') return 'hard';
      return detail === '1' && /recipient address rejected|recipient not found/i.test(words) ? 'hard' : 'soft';
    case '6':
      return 'block';
    case '7':
      return /user unknown|unknown user|no such user|does not exist/i.test(words) ? 'hard' : 'block';
    default:
      return byWords(words, 'soft');
  }
}

/** Without a status that says it. A server that blocks says so, whatever else it says about the mailbox. */
function byWords(words: string, otherwise: BounceKind): BounceKind {
  if (PASSING.test(words)) return 'soft';
  if (BLOCKED.test(words) && !/user unknown|no such user|unknown user|does not exist/i.test(words)) return 'block';
  return NOBODY.test(words) ? 'hard' : otherwise;
}

/** What SES's word for a bounce means. `unclear`: perhaps an automatic answer; it proves nothing about the address. */
export type BounceMeaning = BounceKind | 'unsubscribed' | 'unclear';

/** Refused for what was sent: SES's subtypes of Transient. */
const OURS: readonly string[] = ['ContentRejected', 'AttachmentRejected', 'MessageTooLarge'];

/**
 * @param type SES's `bounceType`
 * @param status of the recipient, RFC 3463; empty when SES names none
 * @param words the recipient's diagnostic code
 */
export function sesBounceMeans(type: string, subType: string, status: string, words: string): BounceMeaning {
  const kind = bounceKind(status, words);
  if (type === 'Permanent') {
    if (subType === 'UnsubscribedRecipient') return 'unsubscribed';
    // SES says General of a policy's refusal too; its suppression lists and NoEmail leave no doubt.
    return subType === 'General' && kind === 'block' ? 'block' : 'hard';
  }
  if (OURS.includes(subType)) return 'block';
  if (/^[45]\.4\.4$/.test(status) || status === '5.4.310') return 'hard';
  if (kind === 'block') return 'block';
  if (type === 'Undetermined') return kind;
  // Out-of-office answers that go to the envelope's sender come as Transient/General without any status.
  return subType === 'General' && status === '' && words === '' ? 'unclear' : 'soft';
}

/** The worst first: what several reports on one message come to. */
export const MEANINGS: readonly BounceMeaning[] = ['hard', 'unsubscribed', 'block', 'soft', 'unclear'];

/** Soft bounces in a row that make a hard one, and how far apart the first and the last must be at least. */
export const SOFT_IN_A_ROW = 3;
export const SOFT_SPAN = 14 * DAY;
