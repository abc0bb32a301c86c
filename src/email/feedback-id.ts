/** What a complaint is counted by at Gmail: `Feedback-ID: cadence:purpose:email:sender` (Gmail's a:b:c:SenderId). */
import type { Purpose } from '../core/playbook.ts';

export interface FeedbackParts {
  readonly cadence: string;
  readonly purpose: Purpose;
  readonly email: string;
  /** The company's name; where no letter of it is ASCII, `domain` stands in. */
  readonly company: string;
  /** Of the From. */
  readonly domain: string;
}

/** Gmail asks for 5 to 15 characters that stay the same over all mail of a sender. */
const SENDER = { shortest: 5, longest: 15 };
/** An id of the playbook has at most 60 characters; more than that only makes the header long. */
const LONGEST_FIELD = 60;

/** Nothing of it is about the person: ids of the playbook, and the company that sends. */
export function feedbackId({ cadence, purpose, email, company, domain }: FeedbackParts): string {
  const fields = [cadence, purpose, email].map((part) => slug(part).slice(0, LONGEST_FIELD));
  return [...fields, senderId(company, domain)].join(':');
}

function senderId(company: string, domain: string): string {
  const own = slug(company) || slug(domain) || 'sender';
  const padded = own.length < SENDER.shortest ? `${own}-mail` : own;
  return padded.slice(0, SENDER.longest).replace(/-$/, '');
}

const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
