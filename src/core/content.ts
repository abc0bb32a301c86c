/** What content is chosen by: see suits.ts. */

/** What a `pick` chooses by, beside the topic; all of them, unless the step says which. */
export const FITS = ['role', 'stage', 'phase', 'place', 'time'] as const;
export type Fit = (typeof FITS)[number];

/** What an email wants: to be read, or an answer. */
export const PHASES = ['thought-leadership', 'call-to-action'] as const;
export type Phase = (typeof PHASES)[number];

/** A country, a time zone, or a region of them. */
export interface Place {
  /** As the email names it. */
  readonly name: string;
  /** ISO 3166. */
  readonly countries: readonly string[];
  /** IANA zones; `America/*` is all of them there. */
  readonly zones: readonly string[];
}

/** When an email may be chosen: what is there must all hold. */
export interface Season {
  /** `MM-DD` of every year, or `YYYY-MM-DD`; both or none, both alike, both included. */
  readonly from?: string;
  readonly to?: string;
  /** Only in working time, or only outside. */
  readonly working?: boolean;
}
