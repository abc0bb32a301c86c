/** The schemas of the front matter of `emails/*.md` and `emails/*.mjml`. */
import { z } from 'zod';
import { PHASES } from '../../core/content.ts';
import { duration, id, listOf, object, oneOf, place, template, yearDay } from './scalars.ts';
import { span } from './shared.ts';

const SEASON_EXPECTED = 'a time, such as { from: 11-15, to: 01-10 }, or { working: true }';
const season = object(
  { from: yearDay.optional(), to: yearDay.optional(), working: z.boolean({ error: 'true or false' }).optional() },
  SEASON_EXPECTED,
);

const REPEAT_EXPECTED = '"never", or how long after it may be sent again, such as P365D';

const REVIEW_EXPECTED = '"rep", or { by: rep, due: { working: P1D }, else: send }';
const review = z.union(
  [
    z.literal('rep', { error: REVIEW_EXPECTED }),
    object(
      {
        by: z.literal('rep', { error: '"rep"' }),
        due: span.optional(),
        else: oneOf(['send', 'skip']).optional(),
      },
      REVIEW_EXPECTED,
    ),
  ],
  { error: REVIEW_EXPECTED },
);

export const emailSchema = object(
  {
    subject: template('the subject of the email', 200),
    preheader: template('the line shown after the subject', 200).optional(),
    topic: id.optional(),
    roles: listOf(id, 'a list of roles, such as [operations, it]', 1).optional(),
    stages: listOf(id, 'a list of stages, such as [evaluating]', 1).optional(),
    places: listOf(place, 'a list of places, such as [dach, GB, America/*]', 1).optional(),
    times: listOf(season, 'a list of times, such as [{ from: 11-15, to: 01-10 }, { working: true }]', 1).optional(),
    phase: oneOf(PHASES),
    repeat: z.union([z.literal('never', { error: REPEAT_EXPECTED }), duration], { error: REPEAT_EXPECTED }).optional(),
    from: oneOf(['marketing', 'sales']).optional(),
    thread: oneOf(['previous']).optional(),
    review: review.optional(),
  },
  'front matter with at least "subject:" and "phase:"',
).meta({ title: 'Volley email front matter' });

/** Of a translation: the words are its own, the rest is said once, in the email's own file, or again the same. */
export const translationSchema = emailSchema.partial({ phase: true });

export type RawTranslation = z.output<typeof translationSchema>;
export type RawEmail = z.output<typeof emailSchema>;
