/** An instant in epoch milliseconds (UTC). Everything the core stores or compares is one of these. */
export type Instant = number;

/** An ISO 8601 duration such as `P3D`, `PT4H` or `P1DT10H`. */
export type IsoDuration = string;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An instant as the ISO 8601 text people and APIs read, e.g. `2026-11-24T08:12:00.000Z`. */
export const iso = (at: Instant): string => new Date(at).toISOString();
