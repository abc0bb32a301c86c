/** What lets the mail service post here without a header of ours: a token in the address it is given. */
import { createHmac } from 'node:crypto';
import { signingSecret } from '../../core/secrets.ts';
import { isMade } from '../../email/signature.ts';

/**
 * The `token` of `/hooks/ses?token=…`: follows from the installation's secret, so that whoever
 * starts the stack can write the address without storing another one.
 */
export const sesHookToken = (secret: string): string =>
  createHmac('sha256', signingSecret(secret)).update('volley/hooks/ses/v1').digest('base64url');

/** Constant time in the token. */
export const isSesHookToken = (secret: string, token: string): boolean =>
  isMade(secret, Buffer.from(token), (one) => Buffer.from(sesHookToken(one)));
