/** How schemas of files say what they expect, so that a mistake's words can be shown as they stand. */
import { z } from 'zod';

/** Marks the message of an unknown-key issue: after it come the keys the map knows. */
export const KNOWN_KEYS = 'known keys: ';

/** A map with exactly these keys. */
export const object = <T extends z.core.$ZodLooseShape>(shape: T, expected: string) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? `${KNOWN_KEYS}${Object.keys(shape).join(', ')}` : expected),
  });
