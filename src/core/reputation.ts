/**
 * When sending stops by itself: too many of the newest messages bounced for good or were complained about. SES puts
 * an account under review at 5% and 0.1%, and Gmail and Yahoo refuse mail from 0.3% complaints on; both look back in time.
 */
export interface Sample {
  /** Messages that went. */
  readonly sent: number;
  /** Of these, how many nobody will ever get. */
  readonly hard: number;
  readonly complained: number;
}

export const STOP_AT = { hard: 0.03, complained: 0.0008 } as const;
/** Fewer hard bounces than this are a few bad addresses, of however few messages. */
export const LEAST_HARD = 10;
/** Of fewer messages than this one complaint alone would be too many. */
export const ONE_IS_A_RATE = Math.ceil(1 / STOP_AT.complained);

/** What the sample shows that must stop sending, in words; undefined when it may go on. */
export function stopFor({ sent, hard, complained }: Sample): string | undefined {
  if (hard >= LEAST_HARD && hard >= sent * STOP_AT.hard)
    return `${hard} of the last ${sent} messages bounced for good (${percent(hard / sent)})`;
  if (complained >= (sent < ONE_IS_A_RATE ? 2 : 1) && complained >= sent * STOP_AT.complained)
    return `${complained} of the last ${sent} messages were complained about (${percent(complained / sent)})`;
  return undefined;
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(2))}%`;
