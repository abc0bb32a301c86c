/** A lead that may be the same person as another one. */
import { z } from '@hono/zod-openapi';

export const whySame = z
  .array(z.enum(['phone', 'name', 'mailbox']))
  .openapi({ description: 'What is the same: phone number, name and company, address but for a `+tag`.' });

export const twinOut = z.object({
  id: z.uuid(),
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  company: z.string(),
});
