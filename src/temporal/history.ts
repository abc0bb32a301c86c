/** What a history cost: events, bytes and billable actions, counted from the events themselves. */
import proto, { type temporal } from '@temporalio/proto';

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

const { HistoryEvent } = proto.temporal.api.history.v1;
export const { EventType } = proto.temporal.api.enums.v1;

/** One billable Action each (docs.temporal.io, "Actions"); every further attempt of an activity is one more. */
const BILLABLE: readonly unknown[] = [
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
  EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
  EventType.EVENT_TYPE_TIMER_STARTED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
  EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
  EventType.EVENT_TYPE_MARKER_RECORDED,
];

/**
 * Billable actions of these events, in their order. Signal-with-start is one "regardless of whether the Workflow
 * starts" (same page): where it does, its signal is the event right after the start.
 */
export function actionsOf(events: readonly HistoryEvent[]): number {
  return events.reduce((actions, event, at) => {
    const retries = (event.activityTaskStartedEventAttributes?.attempt ?? 1) - 1;
    const withStart =
      event.workflowExecutionSignaledEventAttributes !== null &&
      event.workflowExecutionSignaledEventAttributes !== undefined &&
      events[at - 1]?.eventType === EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED;
    return actions + retries + (BILLABLE.includes(event.eventType) && !withStart ? 1 : 0);
  }, 0);
}

/** Bytes as the server stores and bills them: the events' protobuf encoding. */
export const bytesOf = (events: readonly HistoryEvent[]): number =>
  events.reduce((bytes, event) => bytes + HistoryEvent.encode(event).finish().length, 0);

export const countOf = (events: readonly HistoryEvent[], type: number): number =>
  events.filter((event) => event.eventType === type).length;
