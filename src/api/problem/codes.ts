/**
 * Every problem the API can answer with: its code (the last part of `type`), status and title. A
 * `VolleyError` from any layer becomes the problem of its code; a code that is not here is a 500.
 */
import type { ContentfulStatusCode } from 'hono/utils/http-status';

interface ProblemKind {
  readonly status: ContentfulStatusCode;
  /** Says what kind of problem it is, never which one; `detail` does. */
  readonly title: string;
}

export const PROBLEMS = {
  'bad-input': { status: 400, title: 'The request has mistakes' },
  'broken-json': { status: 400, title: 'The body is not JSON' },
  'bad-cursor': { status: 400, title: 'The cursor is not one this list gave out' },
  'bad-idempotency-key': { status: 400, title: 'The Idempotency-Key cannot be used' },
  'bad-ses-event': { status: 400, title: 'This is no event of the mail service' },
  'no-key': { status: 401, title: 'An API key is needed' },
  'wrong-key': { status: 401, title: 'The API key is unknown, revoked or over' },
  'wrong-signature': { status: 403, title: 'SNS did not sign this for us' },
  'wrong-role': { status: 403, title: 'The role of this key may not do this' },
  'not-yours': { status: 403, title: 'This belongs to another rep' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'unknown-lead': { status: 404, title: 'There is no such lead' },
  'unknown-account': { status: 404, title: 'There is no such account' },
  'method-not-allowed': { status: 405, title: 'This address does not take this method' },
  'identity-clash': { status: 409, title: 'The external id and the address belong to two leads' },
  'lane-taken': { status: 409, title: 'The lead runs a cadence in this lane' },
  'entry-refused': { status: 409, title: 'An entry rule of the cadence says no' },
  'enrollment-closed': { status: 409, title: 'The enrollment has ended' },
  'task-open': { status: 409, title: 'The task is open' },
  'answer-stands': { status: 409, title: 'Something has come of the answer' },
  'task-closed': { status: 409, title: 'The task is closed' },
  'task-accepted': { status: 409, title: 'The handoff is accepted already' },
  'wrong-answer': { status: 409, title: 'This kind of task is answered otherwise' },
  'not-with-sales': { status: 409, title: 'Sales does not have the lead' },
  'already-with-sales': { status: 409, title: 'Sales has the lead already' },
  'chat-clash': { status: 409, title: 'The chat is another lead’s' },
  'chat-taken': { status: 409, title: 'Another rep has the chat' },
  'chat-over': { status: 409, title: 'The chat is over' },
  'already-disqualified': { status: 409, title: 'The lead is disqualified' },
  'not-disqualified': { status: 409, title: 'The lead is not disqualified' },
  objected: { status: 409, title: 'The person objected to marketing' },
  'same-address': { status: 409, title: 'This is the address the lead has' },
  'already-merged': { status: 409, title: 'The lead was merged into another one' },
  'delivery-under-way': { status: 409, title: 'The delivery is being sent at this moment' },
  'rotated-lately': { status: 409, title: 'The secret was rotated less than a day ago' },
  'webhook-off': { status: 409, title: 'The endpoint is off' },
  'rotated-already': { status: 409, title: 'The secret was rotated by another call at the same moment' },
  'no-playbook': { status: 409, title: 'No playbook has been applied' },
  'lead-erased': { status: 410, title: 'This person was erased' },
  'lead-merged': { status: 410, title: 'This lead is another one now' },
  'too-large': { status: 413, title: 'The body is too large' },
  'wrong-content-type': { status: 415, title: 'The body has a content type this call does not take' },
  'too-many-chats': { status: 429, title: 'Too many chats are asked for' },
  'lead-refused': { status: 422, title: 'This is no lead that can be taken in' },
  'unknown-in-playbook': { status: 422, title: 'The playbook does not know this name' },
  'facts-missing': { status: 422, title: 'The reason asks for facts that were not given' },
  'until-not-asked': { status: 422, title: 'The reason does not ask for a date' },
  'date-past': { status: 422, title: 'The date is past' },
  'attempts-missing': { status: 422, title: 'The reason asks for more attempts first' },
  'unknown-rep': { status: 422, title: 'There is no such active rep' },
  'email-not-made': { status: 422, title: 'The email cannot be made for this lead' },
  'bad-draft': { status: 422, title: 'The email cannot go in these words' },
  'bad-cover': { status: 422, title: 'This cover cannot take the rep’s leads' },
  'playbook-mistakes': { status: 422, title: 'The playbook has mistakes' },
  'idempotency-mismatch': { status: 422, title: 'The Idempotency-Key was used with another request' },
  'bad-file': { status: 422, title: 'The file cannot be imported' },
  'bad-message': { status: 422, title: 'This is no message that can be read' },
  'bad-encoding': { status: 422, title: 'The file is in an encoding that cannot be read' },
  'upload-broken': { status: 400, title: 'The upload broke off' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  'not-ready': { status: 503, title: 'The service is not ready' },
} as const satisfies Readonly<Record<string, ProblemKind>>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

/**
 * A relative reference (RFC 9457, 3.1.1 allows one): the same on every installation, and it leads
 * to the page that explains the problem there.
 */
export const typeOf = (code: ProblemCode): string => `/problems/${code}`;
