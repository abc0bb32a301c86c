/** What a task says of the account, as it is kept with it. Of people it holds ids alone. */
import { z } from 'zod';

export const accountContextSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** People known of it; at most 50. */
  leads: z.number().int(),
  engagement: z.number(),
  /** The lead's own role. */
  role: z.string().optional(),
  /** Of the buying group: share of the needed roles that is there; absent without one. */
  completeness: z.number().optional(),
  missing: z.array(z.string()),
  colleagues: z.array(
    z.object({
      lead: z.string(),
      role: z.string().optional(),
      engagement: z.number(),
      lastSignal: z.object({ type: z.string(), at: z.string() }).optional(),
      custody: z.enum(['marketing', 'sales', 'nobody']),
      /** Who in sales has it. */
      rep: z.string().optional(),
    }),
  ),
});
export type AccountContext = z.infer<typeof accountContextSchema>;
