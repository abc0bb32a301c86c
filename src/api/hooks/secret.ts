/** What lets the mail service post here without a header of ours: a token in the address it is given. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * The `token` of `/hooks/ses?token=…`: follows from the installation's secret, so that whoever
 * starts the stack can write the address without storing another one.
 */
export const sesHookToken = (secret: string): string =>
  createHmac('sha256', secret).update('volley/hooks/ses/v1').digest('base64url');

/** Constant time in the token. */
export function isSesHookToken(secret: string, token: string): boolean {
  const expected = Buffer.from(sesHookToken(secret));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
