/** How a function answers CloudFormation: by a PUT to the address in the request, whatever happens. */
import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { withoutAddresses } from '../../src/log.ts';

export interface Answer {
  /** Another id than before makes CloudFormation delete what had the old one. */
  readonly id: string;
}

/** Left of the function's time to say that it was not enough, ms. */
const MARGIN_MS = 10_000;

const words = (error: unknown): string =>
  withoutAddresses(error instanceof Error ? error.message : String(error)).slice(0, 1_000);

/** Runs `work` and says how it ended; a stack waits an hour for one that says nothing. @throws when the answer is refused */
export async function answer(
  event: CloudFormationCustomResourceEvent,
  context: Pick<Context, 'getRemainingTimeInMillis' | 'logStreamName'>,
  work: () => Promise<Answer>,
): Promise<void> {
  const before = 'PhysicalResourceId' in event ? event.PhysicalResourceId : event.LogicalResourceId;
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => over.reject(new Error('it took longer than the function may run')),
    Math.max(context.getRemainingTimeInMillis() - MARGIN_MS, 0),
  );
  const end = await Promise.race([work(), over.promise])
    .then(({ id }) => ({ Status: 'SUCCESS', PhysicalResourceId: id }))
    .catch((error: unknown) => {
      console.error(JSON.stringify({ level: 'error', msg: 'a request of CloudFormation failed', error: words(error) }));
      return {
        Status: 'FAILED',
        PhysicalResourceId: before,
        Reason: `${words(error)} (log stream ${context.logStreamName})`,
      };
    });
  clearTimeout(timer);
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({ ...end, StackId, RequestId, LogicalResourceId, NoEcho: true });
  const response = await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
  if (!response.ok) throw new Error(`CloudFormation did not take the answer: ${response.status}`);
}
