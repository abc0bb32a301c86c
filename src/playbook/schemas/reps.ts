/** `reps.yaml`: example reps, by their address, which is the id that pools name. */
import { z } from 'zod';
import { date, emailAddress, listOf, mapOf, object, text, wholeNumber, zone } from './scalars.ts';
import { workingHours } from './shared.ts';

export const repsSchema = mapOf(
  emailAddress,
  object(
    {
      name: text('the name of the rep', 200),
      timeZone: zone,
      workingHours: workingHours.optional(),
      away: listOf(
        object(
          { from: date, to: date, cover: emailAddress.optional() },
          'an absence, such as { from: 2026-12-14, to: 2026-12-18 }',
        ),
        'a list of absences',
      ).optional(),
      languages: listOf(
        text('a language, such as en', 3).regex(/^[a-z]{2,3}$/, 'a language, such as en'),
        'a list of languages, such as [en, de]',
      ).optional(),
      maxChats: wholeNumber('how many chats at once, a whole number from 0', 0, 100).optional(),
      active: z.boolean({ error: 'true or false' }).default(true),
    },
    'a rep: name, timeZone, workingHours, away, languages, maxChats, active',
  ),
  'a map from addresses of reps to name and timeZone',
);
