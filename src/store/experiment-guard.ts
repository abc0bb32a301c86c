/** Stops an arm of an experiment in the commit in which one lead too many does what its guard watches for. */
import { CompiledQuery } from 'kysely';
import { z } from 'zod';
import type { Reached } from '../core/experiments/entries.ts';
import { armScope } from '../core/experiments/experiment.ts';
import { mustStop } from '../core/experiments/judge.ts';
import type { Instant } from '../core/time.ts';
import { pauseScope } from './pauses.ts';
import type { Db } from './schema.ts';

const COUNT = `
with members as (
  select lead_id, split_part(name, ' ', 2) as member, row_number() over (partition by lead_id order by at, seq) as nth
  from milestones
  where kind = 'experiment' and split_part(name, ' ', 1) = $1
)
select count(*) as leads, count(*) filter (where exists (
  select 1 from milestones g where g.lead_id = m.lead_id and g.kind = 'experiment guard' and g.name = $1)) as guards
from members m where m.nth = 1 and m.member = $2`;

const counted = z.object({ leads: z.coerce.number(), guards: z.coerce.number() });

/**
 * After the milestones of the commit are written. A pause of the scope `arm:EXPERIMENT/ARM`: no lead is put into the
 * arm any more and nothing more of it goes. Of two commits at once neither may see the other; the next one does.
 * @returns whether it has stopped the arm now
 */
export async function stopArmIfDue(
  tx: Db,
  { experiment, group, what, atMost, groups = 1 }: Reached,
  now: Instant,
): Promise<boolean> {
  if (what !== 'guard' || atMost === undefined) return false;
  const { rows } = await tx.executeQuery(CompiledQuery.raw(COUNT, [experiment, group]));
  const { leads, guards } = counted.parse(rows[0]);
  if (!mustStop({ guards, leads, groups }, { atMost })) return false;
  const reason = `${guards} of ${leads} leads did what the guard watches for: more than ${atMost * 100}%, by an interval that holds at all times`;
  return pauseScope(tx, { scope: armScope(experiment, group), reason, by: 'rule', at: now });
}
