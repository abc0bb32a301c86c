/** The closed lists of `explain`: what it may answer, and what it may point at, each with its sentence. */

export const VERDICTS = ['done', 'will', 'waiting', 'blocked', 'never'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Every answer, in words a marketer or rep understands. The key is stable; the sentence may be reworded. */
export const EXPLAIN_CODES = {
  sent: 'The email of the step went out.',
  unconfirmed: 'The email was handed to the mail service and no answer came; it is never sent again.',
  happened: 'The step has done what it does.',
  passed: 'The lead has passed the step; it leaves no entry of its own.',
  'will-happen': 'The step comes at this time if nothing else happens.',
  sending: 'The mail service has the email; its answer is awaited.',
  skipped: 'The step came, and what it does did not happen.',
  'would-be-skipped': 'The step comes at this time if nothing else happens, and what it does will not happen.',
  failed: 'The email of the step failed for good.',
  'other-way': 'As things stand the run goes another way before it comes to the step.',
  'other-arm': 'The split sends this lead into another arm.',
  behind: 'The step is not on the way from where the run stands.',
  'run-ends': 'The run ends before it comes to the step.',
  'run-over': 'The run of the cadence is over.',
  'needs-answer': 'The run waits for a person to answer.',
  'beyond-sight': 'Nothing on the way to it happens in the time looked ahead.',
  'in-cadence': 'The lead is in the cadence.',
  resting: 'The lead is in the cadence, which begins after a pause.',
  'will-enter': 'The lead enters the cadence at this time if nothing else happens.',
  'paused-custody': 'The cadence pauses while this team has the lead.',
  'paused-person': 'A person paused the run.',
  'paused-reply': 'The lead replied, and the run pauses for the agreed time.',
  'paused-colleague': 'The run pauses after a reply of a colleague.',
  'paused-away': 'The lead is away, and the run pauses until it is back.',
  'rep-conversation': 'A reply of the lead waits for its rep; marketing does not talk over that.',
  'sending-paused': 'Sending is paused.',
  'entry-condition': 'The entry condition of the cadence does not hold.',
  'entry-event': 'The cadence is entered by an event that has not come.',
  'entry-by-hand': 'The cadence has no entry rule: a person, a return or a step puts leads into it.',
  'lane-taken': 'Another cadence has the lane.',
  'entered-before': 'The lead has been in the cadence, which admits a lead only once.',
  'entered-recently': 'The lead was in the cadence more recently than it admits again.',
  'custody-elsewhere': 'The cadence takes no leads that are with this team.',
  'no-consent': 'There is no consent for this purpose.',
  suppressed: 'The address is suppressed for this purpose.',
  'kept-out': 'A rule keeps the lead out of the cadence.',
  disqualified: 'The lead is disqualified; nobody contacts it again.',
  objected: 'The person objected to marketing: neither team contacts them.',
  expired: 'The lead has expired: nobody contacts it until it does something.',
  'with-marketing': 'Marketing has the next move.',
  offered: 'The lead is offered to sales and nobody has answered yet.',
  'with-sales': 'Sales has the lead.',
  'with-nobody': 'Nobody has the next move.',
  'first-stage': 'The lead is in the first stage; no higher one has held.',
  'stage-reached': 'What the playbook asks for the stage came to be, or somebody said so.',
  score: 'The score is made of these parts.',
  'next-touch': 'The next email goes at this time if nothing else happens.',
  'next-task': 'The next task for a rep opens at this time if nothing else happens.',
  'with-rep': 'A rep has the lead and the next move.',
  'nothing-runs': 'No cadence runs and none is entered by time alone.',
  unknown: 'The playbook in force does not know this name.',
  'cannot-decide': 'The engine cannot decide about this lead; somebody has to look.',
} as const;
export type ExplainCode = keyof typeof EXPLAIN_CODES;

/** What a reason points at. */
export const BECAUSE_CODES = {
  journal: 'An entry of the journal.',
  condition: 'A condition of the playbook, and whether it holds.',
  part: 'One thing a condition looks at, with its value.',
  rule: 'A rule of the playbook.',
  position: 'Where the lead stands.',
  fact: 'A fact about the lead: a consent, a suppression, a pause.',
  ahead: 'What happens on the way if nothing else does.',
  score: 'One part of a score, with what it adds.',
} as const;
export type BecauseCode = keyof typeof BECAUSE_CODES;
