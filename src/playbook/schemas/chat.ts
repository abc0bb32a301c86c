/** The schema of `chat` in `playbook.yaml`: who takes a live chat, the first rule that holds. */
import { z } from 'zod';
import { condition, duration, id, listOf, object } from './scalars.ts';

/** Which of these keys go together is checked in `../checks/chat.ts`, with better words than a union has. */
const chatRule = object(
  {
    when: condition.optional(),
    to: z.literal('custodian', { error: '"custodian"' }).optional(),
    handoff: id.optional(),
    answer: duration.optional(),
    else: z.literal('form', { error: '"form"' }).optional(),
  },
  'a rule, such as { when: "working", handoff: hot }, or { else: form }',
);

export const chat = listOf(chatRule, 'a list of rules, the last of them { else: form }', 1);
