/** What the mailbox can be told to do with the next sends: SES's ways of answering badly, or not at all. */

export type Mode =
  | 'ok'
  | 'throttle'
  | 'tooManyRequests'
  | 'dailyQuota'
  | 'sendingPaused'
  | 'unavailable'
  | 'reject'
  | 'mailFromNotVerified'
  | 'invalidParameter'
  | 'fail500'
  | 'fail500AfterAccept'
  | 'fail502'
  | 'fail504'
  | 'timeoutBeforeAccept'
  | 'timeoutAfterAccept'
  | 'dropConnection'
  | 'dropConnectionAfterAccept';

export interface Behaviour {
  /** Whether the message is taken in (kept, with its events) all the same. */
  readonly accepts: boolean;
  readonly answer:
    | { readonly kind: 'result' }
    | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message: string }
    /** No answer until the client goes away. */
    | { readonly kind: 'silence' }
    | { readonly kind: 'drop' };
}

const error = (status: number, code: string, message: string, accepts = false): Behaviour => ({
  accepts,
  answer: { kind: 'error', status, code, message },
});

export const MODES: Readonly<Record<Mode, Behaviour>> = {
  ok: { accepts: true, answer: { kind: 'result' } },
  throttle: error(400, 'Throttling', 'Maximum sending rate exceeded.'),
  tooManyRequests: error(429, 'TooManyRequestsException', 'Too many requests.'),
  dailyQuota: error(400, 'Throttling', 'Daily message quota exceeded.'),
  sendingPaused: error(400, 'AccountSendingPausedException', 'Sending is paused for this account.'),
  unavailable: error(503, 'ServiceUnavailable', 'The service is unavailable.'),
  reject: error(400, 'MessageRejected', 'Email address is not verified: ada@client.example.'),
  mailFromNotVerified: error(400, 'MailFromDomainNotVerifiedException', 'The MAIL FROM domain is not verified.'),
  invalidParameter: error(400, 'InvalidParameterValue', 'Invalid parameter.'),
  fail500: error(500, 'InternalFailure', 'The request failed.'),
  fail500AfterAccept: error(500, 'InternalFailure', 'The request failed.', true),
  fail502: error(502, 'BadGateway', 'Bad gateway.'),
  fail504: error(504, 'GatewayTimeout', 'Gateway timeout.'),
  timeoutBeforeAccept: { accepts: false, answer: { kind: 'silence' } },
  timeoutAfterAccept: { accepts: true, answer: { kind: 'silence' } },
  dropConnection: { accepts: false, answer: { kind: 'drop' } },
  dropConnectionAfterAccept: { accepts: true, answer: { kind: 'drop' } },
};

export const MODE_NAMES = Object.keys(MODES).filter((name): name is Mode => name in MODES);

/**
 * - `send`: SES's events go out as they happen.
 * - `hold`: they wait until released.
 * - `repeat`: each goes out twice, as SNS may do.
 * - `none`: they are lost.
 */
export type EventMode = 'send' | 'hold' | 'repeat' | 'none';
export const EVENT_MODES: readonly EventMode[] = ['send', 'hold', 'repeat', 'none'];
