/** Where SES's events are sent to. */
import { sesHookToken } from '../api/hooks/secret.ts';

/** The address of an SNS subscription; its token lets SES in without a header of ours. */
export const sesHookUrl = (publicUrl: string, secret: string): string =>
  `${publicUrl}/hooks/ses?token=${sesHookToken(secret)}`;
