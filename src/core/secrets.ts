/**
 * `VOLLEY_SECRET`, and how another takes over from it: `NEW,OLD`. The first signs and hashes; what any of them made is
 * still known, until the old one is left out. With one alone nothing is different.
 */

/** All that are believed, the one that signs first. */
export const secretsIn = (secret: string): readonly string[] => secret.split(',').map((one) => one.trim());

/** The one that signs. */
export const signingSecret = (secret: string): string => secretsIn(secret)[0] ?? '';
