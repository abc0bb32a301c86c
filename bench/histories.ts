/** Histories of a rig's leads, fetched from its server. */
import type { HistoryEvent } from '../src/temporal/history.ts';
import { leadWorkflowId } from '../src/temporal/names.ts';
import type { Rig } from './rig.ts';

export const historyOf = async (rig: Rig, lead: string): Promise<HistoryEvent[]> =>
  (await rig.client.workflow.getHandle(leadWorkflowId(lead)).fetchHistory()).events ?? [];

/** The history once no workflow task is open: the last thing a wake does is to set its timer. */
export async function settled(rig: Rig, lead: string): Promise<HistoryEvent[]> {
  for (;;) {
    const events = await historyOf(rig, lead);
    const last = events.findLast(
      (event) => event.workflowTaskCompletedEventAttributes || event.workflowTaskScheduledEventAttributes,
    );
    const answered = events.filter((event) => event.activityTaskCompletedEventAttributes).length;
    const asked = events.filter((event) => event.activityTaskScheduledEventAttributes).length;
    if (last?.workflowTaskCompletedEventAttributes && answered === asked && asked > 0) return events;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
