/**
 * How a send can end badly, and what follows. SES has no idempotency token, so the only safe repeat
 * is of a request that SES surely did not accept; everything else is ambiguous and never repeated
 * by itself.
 */
import { VolleyError } from '../core/errors.ts';
import { HOUR, MINUTE, SECOND } from '../core/time.ts';
import { NOT_SENT } from '../core/touch.ts';

/**
 * - `backOff`: SES surely has not taken it; try the same touch again later.
 * - `giveUp`: SES surely has not taken it and never will as it is.
 * - `ambiguous`: it may have gone out; only a `Send` event can tell.
 */
export type SendDecision = 'backOff' | 'giveUp' | 'ambiguous';

export interface SendErrorRow {
  /** Stable name, kept in the touch ledger. */
  readonly code: string;
  /** What is matched, in words, for the documentation. */
  readonly when: string;
  readonly decision: SendDecision;
  /** First wait and the longest one, ms; each further refusal doubles the wait. */
  readonly wait?: { readonly first: number; readonly max: number };
  readonly matches: (failure: Failure) => boolean;
}

/** What can be read from anything the SDK throws. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Node's system error codes, those of an AggregateError's parts included. */
  readonly codes: readonly string[];
  /** The system call that failed, e.g. `connect`. */
  readonly syscall: string | undefined;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
}

const SHORT = { first: 2 * SECOND, max: 5 * MINUTE };
const MEDIUM = { first: 15 * SECOND, max: 15 * MINUTE };
const LONG = { first: 15 * MINUTE, max: 2 * HOUR };

const THROTTLING =
  /^(Throttling(Exception)?|ThrottledException|TooManyRequests(Exception)?|RequestThrottled(Exception)?|RequestLimitExceeded|SlowDown|LimitExceeded(Exception)?)$/;
const CREDENTIALS =
  /^(CredentialsProviderError|AccessDenied(Exception)?|ExpiredToken(Exception)?|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken(Exception)?|OptInRequired|RequestExpired|UnrecognizedClientException)$/;
const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL']);
const TLS = /^(ERR_TLS_|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_|ERR_SSL_)/;

/** First row that matches decides; what no row knows is ambiguous, since a repeat could be a second message. */
export const SEND_ERRORS: readonly SendErrorRow[] = [
  {
    code: 'daily-quota',
    when: 'a throttling answer with "Daily message quota exceeded"',
    decision: 'backOff',
    wait: LONG,
    matches: (f) => THROTTLING.test(f.name) && /daily (message|sending) quota/i.test(f.message),
  },
  {
    code: 'throttled',
    when: '`Throttling` ("Maximum sending rate exceeded"), `TooManyRequests`, `LimitExceeded`, HTTP 429',
    decision: 'backOff',
    wait: SHORT,
    matches: (f) => THROTTLING.test(f.name) || f.status === 429,
  },
  {
    code: 'sending-paused',
    when: '`AccountSendingPaused`, `ConfigurationSetSendingPaused`',
    decision: 'backOff',
    wait: LONG,
    matches: (f) => /^(Account|ConfigurationSet)SendingPaused(Exception)?$/.test(f.name),
  },
  {
    code: 'credentials',
    when: 'no, expired or refused AWS credentials: ours to mend, no fault of the touch',
    decision: 'backOff',
    wait: LONG,
    matches: (f) => CREDENTIALS.test(f.name) || f.status === 401 || f.status === 403,
  },
  {
    code: 'configuration-set',
    when: '`ConfigurationSetDoesNotExist`: ours to mend, no fault of the touch',
    decision: 'backOff',
    wait: LONG,
    matches: (f) => /^ConfigurationSetDoesNotExist(Exception)?$/.test(f.name),
  },
  {
    code: 'dns',
    when: 'the name of SES does not resolve (`ENOTFOUND`, `EAI_AGAIN`)',
    decision: 'backOff',
    wait: MEDIUM,
    matches: (f) => f.codes.some((code) => DNS.has(code)),
  },
  {
    code: 'unreachable',
    when: 'no connection came about (`ECONNREFUSED`, `EHOSTUNREACH`, `ENETUNREACH`, connect timeout)',
    decision: 'backOff',
    wait: MEDIUM,
    matches: (f) =>
      f.codes.some((code) => UNREACHABLE.has(code)) ||
      (f.codes.includes('ETIMEDOUT') && f.syscall === 'connect') ||
      // The SDK's own connect timeout has no code; it destroys the socket before anything is written.
      (f.name === 'TimeoutError' && f.message.includes('did not establish a connection')),
  },
  {
    code: 'tls',
    when: 'the TLS handshake failed',
    decision: 'backOff',
    wait: LONG,
    matches: (f) => f.codes.some((code) => TLS.test(code)),
  },
  {
    code: 'unavailable',
    when: '`ServiceUnavailable`, HTTP 503',
    decision: 'backOff',
    wait: MEDIUM,
    matches: (f) => f.status === 503,
  },
  {
    code: 'message-rejected',
    when: '`MessageRejected`',
    decision: 'giveUp',
    matches: (f) => f.name === 'MessageRejected',
  },
  {
    code: 'mail-from-not-verified',
    when: '`MailFromDomainNotVerified`',
    decision: 'giveUp',
    matches: (f) => /^MailFromDomainNotVerified(Exception)?$/.test(f.name),
  },
  {
    code: 'invalid-parameter',
    when: '`InvalidParameterValue` and other parameter errors',
    decision: 'giveUp',
    matches: (f) => /^(InvalidParameter\w*|MissingParameter|ValidationError)$/.test(f.name),
  },
  {
    code: 'refused',
    when: 'any other HTTP 400 to 499 but 408',
    decision: 'giveUp',
    matches: (f) => f.status !== undefined && f.status >= 400 && f.status < 500 && f.status !== 408,
  },
  {
    code: 'timeout',
    when: 'no answer in time after the request went out, HTTP 408',
    decision: 'ambiguous',
    matches: (f) =>
      (f.name === 'TimeoutError' && !f.codes.some((code) => code === 'ECONNRESET' || code === 'EPIPE')) ||
      f.name === 'AbortError' ||
      f.status === 408,
  },
  {
    code: 'server-error',
    when: 'HTTP 500, 502, 504 and any other 5xx',
    decision: 'ambiguous',
    matches: (f) => f.status !== undefined && f.status >= 500,
  },
  {
    code: 'connection-lost',
    when: 'the connection broke after the request went out (`ECONNRESET`, `EPIPE`, socket hang up)',
    decision: 'ambiguous',
    matches: (f) => f.codes.some((code) => code === 'ECONNRESET' || code === 'EPIPE'),
  },
  {
    code: 'unknown',
    when: 'anything else',
    decision: 'ambiguous',
    matches: () => true,
  },
];

/** A send that did not end with SES's message id. `code` is the row of `SEND_ERRORS`. */
abstract class SendError extends VolleyError {
  abstract readonly decision: SendDecision;
}

/** SES surely has not taken the message: the same touch may be sent again after `retryAfterMs`. */
export class SendRefused extends SendError {
  override readonly name = 'SendRefused';
  readonly decision = 'backOff';
  /** Wait before the first retry, real ms. Grow it with `backOffMs` when refused again. */
  readonly retryAfterMs: number;
  readonly maxRetryAfterMs: number;

  constructor(code: string, message: string, wait: { first: number; max: number }) {
    super(code, message);
    this.retryAfterMs = wait.first;
    this.maxRetryAfterMs = wait.max;
  }
}

/** SES surely has not taken the message and will not take it: the touch has failed. */
export class SendRejected extends SendError {
  override readonly name = 'SendRejected';
  readonly decision = 'giveUp';
}

/** The message may have gone out. Never send it again unasked: a `Send` event may still prove it. */
export class SendAmbiguous extends SendError {
  override readonly name = 'SendAmbiguous';
  readonly decision = 'ambiguous';
}

export type SendFailure = SendRefused | SendRejected | SendAmbiguous;

/** Reads whatever was thrown, without trusting its shape. */
export function readFailure(thrown: unknown): Failure {
  const name = text(thrown, 'name');
  const message = text(thrown, 'message');
  return {
    name: name === 'Error' || name === '' ? text(thrown, 'code') : name,
    message,
    codes: codesOf(thrown),
    syscall: text(thrown, 'syscall') || undefined,
    status: statusOf(thrown),
  };
}

/** The row of `SEND_ERRORS` for anything thrown by a send. */
export function classifySendError(thrown: unknown): SendErrorRow {
  const failure = readFailure(thrown);
  const row = SEND_ERRORS.find((candidate) => candidate.matches(failure));
  if (row === undefined) throw new VolleyError('send-error-table', 'the table of send errors has no last row');
  return row;
}

/** Turns anything thrown by a send into the error whose type says what to do. */
export function toSendError(thrown: unknown): SendFailure {
  if (thrown instanceof SendRefused || thrown instanceof SendRejected || thrown instanceof SendAmbiguous) return thrown;
  const row = classifySendError(thrown);
  const failure = readFailure(thrown);
  const words = [row.code, failure.name, failure.status, ...failure.codes, withoutAddresses(failure.message)]
    .filter((part) => part !== undefined && part !== '')
    .join(', ');
  if (row.decision === 'giveUp') return new SendRejected(row.code, words);
  if (row.decision === 'ambiguous') return new SendAmbiguous(row.code, words);
  return new SendRefused(row.code, words, row.wait ?? MEDIUM);
}

/**
 * What a send is that ended before its request was whole: SES cannot have taken it, whatever else is unknown.
 */
export function notSent(thrown: unknown): SendRefused | SendRejected {
  const error = toSendError(thrown);
  return error instanceof SendAmbiguous ? new SendRefused(NOT_SENT, error.message, SHORT) : error;
}

/**
 * SES names the addresses it complains about, and what is thrown here is logged. For the same reason what the
 * SDK threw is no `cause`: it holds the request and the answer.
 */
function withoutAddresses(message: string): string {
  return message.replace(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, '[address]');
}

/**
 * Real ms to wait before the next try of a refused touch.
 * @param refusals how often this touch was refused before this one, from 0
 */
export function backOffMs(refused: SendRefused, refusals: number): number {
  return Math.min(refused.maxRetryAfterMs, refused.retryAfterMs * 2 ** Math.min(refusals, 30));
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value ? Reflect.get(value, key) : undefined;
}

function text(value: unknown, key: string): string {
  const found = field(value, key);
  return typeof found === 'string' ? found : '';
}

/** Node tries all addresses of a name and throws an AggregateError; a cause may hold the system error. */
function codesOf(thrown: unknown, depth = 0): string[] {
  if (depth > 3) return [];
  const own = text(thrown, 'code');
  const parts = field(thrown, 'errors');
  return [
    ...(own === '' ? [] : [own]),
    ...(Array.isArray(parts) ? parts.flatMap((part) => codesOf(part, depth + 1)) : []),
    ...(field(thrown, 'cause') === undefined ? [] : codesOf(field(thrown, 'cause'), depth + 1)),
  ];
}

function statusOf(thrown: unknown): number | undefined {
  const status = field(field(thrown, '$metadata'), 'httpStatusCode') ?? field(field(thrown, '$response'), 'statusCode');
  return typeof status === 'number' ? status : undefined;
}
