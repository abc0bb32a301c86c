/** A mistake with words for the person who made it: what is wrong, and what to do. */
export class VolleyError extends Error {
  override readonly name: string = 'VolleyError';
  /** Stable machine-readable code, e.g. `lane-taken`; the last part of a problem's `type`. */
  readonly code: string;
  /** What to do about it, one sentence. */
  readonly fix: string | undefined;

  constructor(code: string, message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix;
  }
}
