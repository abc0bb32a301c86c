/** The journal as a story: each entry in one or two sentences that say what, why, who and what is next. */
import { type JournalType, REASONS } from './reasons.ts';
import { signalWords } from './story-signals.ts';
import { dayAndTime, inner, nameOfActor } from './words.ts';

/** What the story reads of a journal entry, as the core writes it and as the store keeps it. */
export interface StoryEntry {
  readonly at: number;
  readonly type: string;
  readonly cadence?: string | null;
  readonly step?: string | null;
  readonly reason?: string | null;
  readonly by: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One entry being told: its parts as words. */
interface Told {
  readonly entry: StoryEntry;
  readonly who: string;
  /** The reason's sentence as part of another; empty without one. */
  readonly why: string;
  /** `evaluation-guide / welcome`. */
  readonly place: string;
  /** A field of the data as text; the fallback when it is not there. */
  readonly text: (name: string, fallback?: string) => string;
  /** A field of the data as day and time; undefined when it is no instant. */
  readonly time: (name: string) => string | undefined;
}

const sentences: Readonly<Record<string, string>> = REASONS;

/**
 * The entry in words. `zone` is the one dates are read in, the company's.
 * Total: an entry of a type this version does not know is told by its names.
 */
export function storyOf(entry: StoryEntry, zone: string): string {
  const teller: ((told: Told) => string) | undefined = isKnown(entry.type) ? TELLERS[entry.type] : undefined;
  const reason = entry.reason ?? undefined;
  const told: Told = {
    entry,
    who: nameOfActor(entry.by),
    why: reason === undefined ? '' : inner(sentences[reason] ?? reason),
    place: [entry.cadence, entry.step].filter(Boolean).join(' / '),
    text: (name, fallback = 'something') => {
      const value = entry.data[name];
      return typeof value === 'string' || typeof value === 'number' ? String(value) : fallback;
    },
    time: (name) => {
      const value = entry.data[name];
      return typeof value === 'number' ? dayAndTime(value, zone) : undefined;
    },
  };
  return teller?.(told) ?? `${[entry.type, told.place].filter(Boolean).join(' ')}${because(told)}.`;
}

const isKnown = (type: string): type is JournalType => Object.hasOwn(TELLERS, type);

const because = ({ why }: Told): string => (why === '' ? '' : `: ${why}`);
/** Whose doing it was; what the lead did itself is told as such. */
const by = ({ entry, who }: Told): string => (['rule', 'clock', 'lead'].includes(entry.by) ? '' : `, by ${who}`);

/** A rule that is quoted from the playbook, when the entry has it. */
const rule = ({ text }: Told, name: string): string => (text(name, '') === '' ? '' : ` (${text(name)})`);

function facts({ entry }: Told): string {
  const given = entry.data['facts'];
  if (typeof given !== 'object' || given === null) return '';
  const list = Object.entries(given).map(([name, value]) => `${name}: ${String(value)}`);
  return list.length === 0 ? '' : `, with ${list.join('; ')}`;
}

const noted = ({ text }: Told): string => (text('note', '') === '' ? '' : ` Note: ${text('note')}`);

/** Whom a notice is for: `rep:ID`, `manager:POOL`, `team:NAME` or `address:EMAIL`. */
function toldWords(to: string): string {
  const name = to.slice(to.indexOf(':') + 1);
  if (to.startsWith('manager:')) return `the manager of pool ${name}`;
  return to.startsWith('team:') ? `who agreed for ${name}` : name;
}

/** An offer that changes hands. */
const given = (t: Told): string =>
  `The offer goes from ${t.text('from', `pool ${t.text('pool', 'nobody')}`)} to ${t.text('to')} (handoff ${t.text('handoff')})`;

/** What put the lead there: a step, or the answer of a rep. */
function sender({ text }: Told): string {
  const answer = text('returnReason', '');
  const [cadence, step] = (answer === '' ? text('step', '') : answer).split('/');
  return step === undefined ? `the answer ${answer}` : `step ${step} of ${cadence}`;
}

const ANSWERS: Readonly<Record<string, string>> = {
  accept: 'takes',
  reject: 'turns down',
  complete: 'completes',
  skip: 'skips',
};

/** What a `pick` chose an email by. */
function chosenFor({ entry }: Told): string {
  const fits = entry.data['fits'];
  return Array.isArray(fits) && fits.length > 0 ? ` It was chosen for ${fits.join(', ')}.` : '';
}

/** What may not be done any more, by channel. */
const REACHED: Readonly<Record<string, string>> = {
  phone: 'The lead may not be called',
  chat: 'The lead may not be chatted with',
};

/** When a held touch goes on, where it is not when a person resumes sending. */
const GOES_ON: Readonly<Record<string, string>> = {
  'rep-conversation': 'the rep has answered',
  'sender-not-ready': 'its records are in DNS',
  'quota-exhausted': 'the quota has room again',
};

const groupWords = ({ entry, text }: Told): string =>
  entry.cadence === undefined || entry.cadence === null ? 'all marketing' : text('experiment').slice('cadence:'.length);

/** Every type of the journal has its words here: without them this does not compile. */
const TELLERS: Readonly<Record<JournalType, (told: Told) => string>> = {
  'enrollment.started': (t) => {
    const start = t.time('from') === undefined ? '' : ` Its first step waits until ${t.time('from')}.`;
    const { reason } = t.entry;
    const words =
      reason === 'returned' || reason === 'step'
        ? `${sender(t)} sends it there`
        : reason === 'by-request'
          ? `${t.who} asked for it`
          : `${t.why}${rule(t, 'when')}${rule(t, 'on')}`;
    return `The lead enters ${t.entry.cadence}: ${words}.${start}`;
  },
  'enrollment.paused': (t) =>
    t.entry.reason === 'custody-changed'
      ? `${t.entry.cadence} pauses where it is: ${t.why}. It goes on when that changes.`
      : t.time('until') !== undefined
        ? `${t.entry.cadence} pauses where it is until ${t.time('until')}: ${t.why}.`
        : `${t.who} pauses ${t.entry.cadence} where it is. It goes on when somebody resumes it.`,
  'enrollment.resumed': (t) =>
    t.entry.reason === 'by-request'
      ? `${t.who} resumes ${t.entry.cadence}; it goes on where it was.`
      : `${t.entry.cadence} goes on where it was: ${t.why}.`,
  'enrollment.ended': (t) => {
    const where = t.entry.step ? ` at step ${t.entry.step}` : '';
    const why = `${t.why}${rule(t, 'goal')}${rule(t, 'exit')}${by(t)}`;
    switch (t.text('state', '')) {
      case 'replaced':
        return t.text('by', '') === ''
          ? `${t.entry.cadence} ends${where}: ${why}.`
          : t.text('by') === t.entry.cadence
            ? `${t.entry.cadence} begins anew, and leaves off${where}${by(t)}.`
            : `${t.text('by')} takes over from ${t.entry.cadence}${where}${by(t)}.`;
      case 'met':
        return `${t.entry.cadence} is done${where}: ${why}.`;
      case 'ended':
        return `${t.entry.cadence} is over: ${why}.`;
      case 'stopped':
        return `${t.who} stops ${t.entry.cadence}${where}.`;
      default:
        return `${t.entry.cadence} ends early${where}: ${why}.`;
    }
  },
  'entry.refused': (t) => `The lead is kept out of ${t.entry.cadence}${because(t)}.`,
  'step.branched': (t) => {
    if (t.entry.reason === 'no-arm') return `At the branch ${t.place} no arm applied, so the cadence goes on after it.`;
    return t.text('when', '') === 'else'
      ? `At the branch ${t.place} no condition holds, so the lead takes the way for all others.`
      : `At the branch ${t.place} the lead takes the first arm that holds${rule(t, 'when')}.`;
  },
  'step.split': (t) =>
    t.entry.reason === 'holdout'
      ? `At the split ${t.place} the lead is held out and gets no arm.`
      : `At the split ${t.place} the lead gets the arm ${t.text('arm')}, by the hash of the lead.`,
  'experiment.joined': (t) =>
    t.entry.reason === 'held-out'
      ? `The lead is held out of ${groupWords(t)}: marketing leaves it alone, so that what it does for the others can be judged.`
      : `The lead is not held out of ${groupWords(t)}: it is compared with those who are.`,
  'experiment.reached': (t) =>
    `The lead (${t.text('group')} of the experiment ${t.text('experiment')}) ${
      t.entry.reason === 'experiment-guard' ? 'did what the guard watches for' : 'reached the goal'
    }${rule(t, 'when')}.`,
  'step.exhausted': (t) => {
    const next = t.text('then', 'continue') === 'end' ? 'The cadence ends' : 'The cadence goes on';
    return `Nothing is left to send at ${t.place} (topic ${t.text('topic')}): ${t.why}. ${next}.`;
  },
  'step.waited': (t) => `The wait ${t.place} is over: ${t.why}${rule(t, 'for')}.`,
  'touch.sent': (t) => {
    const language = t.text('language', '');
    const email = `${t.text('email')}${language === '' ? '' : `, in '${language}',`}`;
    return t.entry.reason === 'proven-late'
      ? `The email ${email} did go out on ${t.time('sentAt') ?? 'its day'} (${t.place}): ${t.why}.`
      : `The email ${email} goes out (${t.place}): its time came.${chosenFor(t)}`;
  },
  'touch.skipped': (t) => `The email ${t.text('email')} does not go (${t.place}): ${t.why}. The cadence goes on.`,
  'task.skipped': (t) => `The task of ${t.place} is not opened: ${t.why}. The cadence goes on.`,
  'touch.deferred': (t) => {
    const next = t.time('dueAt') === undefined ? '' : ` It is due again on ${t.time('dueAt')}.`;
    const to = t.text('receiver', '') === '' ? '' : ` to ${t.text('receiver')}`;
    const limit =
      t.entry.reason === 'warming-up' ? ` (${t.text('domain')} may send ${t.text('limit')} that day${to})` : '';
    return `The touch of ${t.place} waits: ${t.why}${limit}.${next}`;
  },
  'touch.held': (t) =>
    `The touch of ${t.place} is held: ${t.why}. It goes on when ${GOES_ON[t.entry.reason ?? ''] ?? 'sending is resumed'}.`,
  'touch.refused': (t) => `The email ${t.text('email')} could not go yet (${t.place}): ${t.why}.`,
  'touch.failed': (t) =>
    t.entry.reason === 'rejected-later'
      ? `The email ${t.text('email')} reached nobody (${t.place}): ${t.why}. The cadence had gone on.`
      : `The email ${t.text('email')} failed (${t.place}): ${t.why}. The cadence goes on.`,
  'touch.unconfirmed': (t) => `Whether the email ${t.text('email')} went is not known (${t.place}): ${t.why}.`,
  'signal.received': (t) => {
    if (t.text('type') === 'reply.received' && t.text('class', '') !== '') return replied(t);
    if (t.text('sign', '') !== '')
      return `A link was followed by a program, not by a person${t.place === '' ? '' : ` in ${t.place}`}. It counts for nothing.`;
    const machine = t.entry.data['human'] === false ? ' A machine does this too, so it counts for nothing.' : '';
    const place = t.place === '' ? '' : ` in ${t.place}`;
    return `${signalWords(t.text('type'))}${place}.${machine}`;
  },
  'colleagues.told': (t) => {
    const n = t.entry.data['colleagues'];
    const who = n === 1 ? 'one colleague' : `${t.text('colleagues')} colleagues`;
    return `Marketing keeps quiet with ${who} of the lead until ${t.time('until') ?? 'later'}: ${t.why}.`;
  },
  'colleague.replied': (t) => `Marketing keeps quiet until ${t.time('until') ?? 'later'}: ${t.why}.`,
  'label.gained': (t) => `The lead counts as ${t.text('label').toUpperCase()}, as both teams agreed${rule(t, 'when')}.`,
  'stage.changed': (t) => {
    if (t.entry.reason === 'stage-by-person') {
      return `The stage is ${t.text('to')} instead of ${t.text('from')}, says ${t.who}: ${t.text('why')}.`;
    }
    const how = t.entry.reason === 'deal-lost' ? 'goes back' : 'rises';
    return `The stage ${how} from ${t.text('from')} to ${t.text('to')}: ${t.why}${rule(t, 'when')}${rule(t, 'dealStage')}.`;
  },
  'deal.changed': (t) => {
    const from = t.text('from', '') === '' ? '' : ` (before: ${t.text('from')})`;
    const why = t.text('lostReason', '') === '' ? '' : `, because: ${t.text('lostReason')}`;
    const next = t.entry.reason === 'deal-lost-others' ? ' Another deal is open or won, so nothing follows.' : '';
    return `Deal ${t.text('deal')} is ${t.text('stage')}${from}, ${t.text('amount')} ${t.text('currency')}${why}.${next}`;
  },
  'deal.left': (t) => `Deal ${t.text('deal')} counts for the lead no more: ${t.why}.`,
  'custody.changed': (t) => {
    const rep = t.text('rep', '') === '' ? '' : ` (${t.text('rep')})`;
    const [from, to] = [t.text('from'), t.text('to')];
    const has = to === 'nobody' ? 'Nobody has' : `${capital(to)}${rep} has`;
    const after = from === 'nobody' || from === to ? '' : `, after ${from}`;
    const why =
      t.entry.reason === 'returned' && t.entry.by === 'lead'
        ? 'the lead said that it is not ready now'
        : t.entry.reason === 'returned' && t.entry.by.includes('@')
          ? `${t.who} gave the lead back`
          : t.why + by(t);
    return t.entry.reason === 'nothing-running'
      ? 'No cadence runs any more: nobody has the next move.'
      : `${has} the next move${after}: ${why}.`;
  },
  'handoff.offered': (t) => {
    const who = t.text('rep', '') === '' ? `whoever takes it in pool ${t.text('pool')}` : t.text('rep');
    const knows = t.entry.reason === 'same-rep' ? 'had it before' : t.text('sameAccount', '');
    const to = knows === '' ? who : `${who}, who ${knows}`;
    const until = t.time('acceptBy') === undefined ? '' : ` An answer is due by ${t.time('acceptBy')}.`;
    const why = inner(t.text('why', t.why));
    const full = t.text('full', '') === '' ? '' : ` Nobody in pool ${t.text('full')} was free.`;
    return `The lead is offered to ${to} (handoff ${t.text('handoff')})${by(t)}: ${why}.${full}${until}`;
  },
  'handoff.accepted': (t) => `${t.who} accepts the lead (handoff ${t.text('handoff')}).`,
  'handoff.rejected': (t) => `${t.who} rejects the lead: ${t.text('returnReason')}${facts(t)}.${noted(t)}`,
  'handoff.breached': (t) => {
    const rep = t.text('rep', '') === '' ? 'Nobody' : t.text('rep');
    const no = rep === 'Nobody' ? 'accepted' : 'did not accept';
    return `${rep} ${no} the lead in time (handoff ${t.text('handoff')}): marketing has it again.`;
  },
  'handoff.reassigned': (t) => `${given(t)}: ${t.why}. The clocks go on.`,
  'handoff.escalated': (t) => `${given(t)}, the manager: ${t.why}. The clocks go on.`,
  'handoff.stayed': (t) => `The offer was to be passed on (handoff ${t.text('handoff')}): ${t.why}.`,
  'handoff.touched': (t) => {
    const late = t.entry.data['late'] === true ? `, later than agreed (${t.time('by')})` : '';
    return `${t.who} has been in touch for the first time since accepting${late}.`;
  },
  'sla.breached': (t) => {
    const who = t.text('team') === 'marketing' ? 'Marketing' : t.text('rep', `Pool ${t.text('pool', 'nobody')}`);
    return `${who} breaks the agreement: ${t.why}. The time was over on ${t.time('by') ?? 'a day unknown'}.`;
  },
  'sla.kept': (t) => `Marketing keeps the agreement, which gave it until ${t.time('by') ?? 'a day unknown'}: ${t.why}.`,
  'pool.full': (t) =>
    `${t.text('rep')} has ${t.text('open')} leads already, of ${t.text('maxOpen')} (pool ${t.text('pool')}): ${t.why}.`,
  'task.reminded': (t) => {
    const until = t.time('acceptBy') === undefined ? '' : ` An answer is due by ${t.time('acceptBy')}.`;
    return `${t.text('rep', `Pool ${t.text('pool', 'nobody')}`)} is reminded: ${t.why}.${until}`;
  },
  'handoff.skipped': (t) => `The lead is not offered (handoff ${t.text('handoff')})${because(t)}.`,
  'task.opened': (t) => {
    const to =
      t.text('assignee', '') === '' ? `whoever takes it in pool ${t.text('pool', 'nobody')}` : t.text('assignee');
    const due = t.time('dueAt') === undefined ? '' : `, due by ${t.time('dueAt')}`;
    const place = t.place === '' ? '' : ` (${t.place})`;
    const role = t.text('role', '') === '' ? '' : ` (${t.text('role')})`;
    const why = t.why === '' ? '' : ` ${capital(t.why)}.`;
    return `A task opens for ${to}: ${t.text('kind')}${place}${role}${due}.${why}`;
  },
  'person.notified': (t) => `${capital(toldWords(t.text('to', '')))} is told${t.place === '' ? '' : ` (${t.place})`}.`,
  'task.answered': (t) => {
    const disposition = t.text('disposition', '') === '' ? '' : ` as ${t.text('disposition')}`;
    const place = t.place === '' ? '' : ` of ${t.place}`;
    return `${t.who} ${ANSWERS[t.text('answer')] ?? 'answers'} the task${place}${disposition}.${noted(t)}`;
  },
  'task.expired': (t) => `The task${t.place === '' ? '' : ` of ${t.place}`} is closed${because(t)}.`,
  'task.cancelled': (t) => `The task${t.place === '' ? '' : ` of ${t.place}`} is withdrawn${because(t)}.`,
  'task.reopened': (t) => `${t.who} opens the task${t.place === '' ? '' : ` of ${t.place}`} again${because(t)}.`,
  'lead.mended': (t) =>
    t.text('task', '') === ''
      ? 'A touch of the lead had ended already, and nothing said how. The lead goes on.'
      : 'A task of the lead was closed already, and nothing said how. The lead goes on.',
  'task.reassigned': (t) => `The task goes to ${t.text('to')}, by ${t.who}. Its due time stays.`,
  'lead.assigned': (t) => {
    if (t.entry.by === t.text('to')) return `${t.who} takes the lead.`;
    const from = t.text('from', '') === '' ? '' : ` from ${t.text('from')}`;
    return `The lead goes${from} to ${t.text('to')}${because(t)}${by(t)}.`;
  },
  'chat.started': (t) => {
    const rule = t.text('rule', '') === '' ? '' : ` (rule ${t.text('rule')} of chat)`;
    const skipped = t.text('skipped', '') === '' ? '' : ` Not free: ${t.text('skipped')}.`;
    if (t.text('to') !== 'rep')
      return `The lead asks for a chat on ${t.text('page')} and gets the form${rule}.${skipped}`;
    const until = t.time('acceptBy') === undefined ? '' : ` until ${t.time('acceptBy')}`;
    return `The lead asks for a chat on ${t.text('page')}: it rings at ${t.text('rep')}${until}${rule}.${skipped}`;
  },
  'chat.passed': (t) => {
    const next = t.text('to') === 'form' ? 'The lead gets the form' : `It rings at ${t.text('to')} now`;
    return `${t.text('from')} does not take the chat. ${next}.`;
  },
  'chat.accepted': (t) => `${t.who} takes the chat.`,
  'chat.ended': (t) => {
    const outcome = t.text('outcome', '') === '' ? '' : ` as ${t.text('outcome')}`;
    return `The chat ends${outcome}${because(t)}${by(t)}.${noted(t)}`;
  },
  'lead.returned': (t) => {
    if (t.entry.by === 'lead') return `The lead says: not now. It counts as ${t.text('returnReason')}${facts(t)}.`;
    const what = t.entry.reason === 'deal-lost' ? 'A lost deal brings' : `${capital(t.who)} gives`;
    return `${what} the lead back: ${t.text('returnReason')}${facts(t)}.${noted(t)}`;
  },
  'lead.expiring': (t) => {
    const end =
      t.time('expiresAt') === undefined ? '' : ` It expires on ${t.time('expiresAt')} unless it does something.`;
    return `The last call for this lead (${t.text('cadence')}): ${t.why}.${end}`;
  },
  'lead.expired': (t) => `The lead expires: ${t.why}. Nobody contacts it until it does something.`,
  'lead.revived': (t) =>
    t.entry.by === 'lead' ? 'The lead is back: it did something.' : `The lead is back: ${t.who} took it up again.`,
  'lead.disqualified': (t) => `The lead is disqualified by ${t.who}: ${t.text('why')}. Nobody contacts it again.`,
  'lead.requalified': (t) =>
    `${capital(t.who)} lifts the disqualification (${t.text('was')}): ${t.text('why')}. The lead may be contacted again.`,
  'lead.objected': (t) =>
    `The person objected to marketing, says ${t.who}: every touch of marketing and sales ends, for good, and nothing about them is scored any more.${noted(t)}`,
  'preferences.changed': (t) => {
    const until = t.time('pausedUntil');
    const said = [
      t.text('declined', '') === '' ? '' : `no more emails about ${t.text('declined')}`,
      t.text('wanted', '') === '' ? '' : `emails about ${t.text('wanted')} again`,
      until === undefined ? '' : `no emails of marketing until ${until}`,
      t.entry.data['pauseEnded'] === true ? 'the pause is over' : '',
      t.text('subscribed', '') === '' ? '' : `emails of ${t.text('subscribed')} again`,
    ];
    return `The lead chose on its preference page${by(t)}: ${said.filter((part) => part !== '').join('; ')}.`;
  },
  'consent.given': (t) => {
    const source = t.text('source', '') === '' ? '' : `, ${t.text('source')}`;
    const until = t.time('expires') === undefined ? '' : `, until ${t.time('expires')}`;
    return `A consent for ${t.text('purpose')} is recorded (${t.text('basis')}${source}), given on ${t.time('givenAt') ?? 'a day unknown'}${until}${by(t)}.`;
  },
  'consent.withdrawn': (t) =>
    `The consent for ${t.text('purpose')} is taken back${by(t)}: nothing goes out for that until the person agrees again.`,
  'lead.moved': (t) => {
    const from = t.text('from', '') === '' ? '' : ` from ${t.text('from')}`;
    const to = t.text('to', '') === '' ? '' : ` to ${t.text('to')}`;
    return `The person moved${from}${to}, says ${t.who}: what ran at the old company ends, and the old address is left.`;
  },
  'lead.merged': (t) =>
    t.text('into', '') === ''
      ? `Lead ${t.text('from')} was the same person, says ${t.who}: what it did, got and was promised is this lead’s now.`
      : `The lead ends here, says ${t.who}: it was the same person as lead ${t.text('into')}, which goes on for both.`,
  'activity.logged': (t) => {
    const what = t.text('kind') === 'other' ? 'something else' : t.text('kind');
    return `${t.who} logs ${what} that no task asked for: ${t.text('disposition')}.${noted(t)}`;
  },
  'lead.suppressed': (t) => {
    const purpose = t.text('purpose', '') === '' ? 'any purpose' : t.text('purpose');
    const what = REACHED[t.text('channel', '')] ?? 'The address may not be mailed';
    return `${what} any more for ${purpose} (${t.text('why')})${by(t)}.`;
  },
  'webhook.called': (t) => `Whoever listens is told ${t.text('name')} (${t.place}): ${t.why}.`,
  'input.ignored': (t) => `Something came that changes nothing (${t.text('kind')})${because(t)}.`,
};

/** A message that came back, by what it is. */
function replied(t: Told): string {
  const place = t.place === '' ? '' : ` to ${t.place}`;
  const text = t.text('text', '') === '' ? '' : ` “${t.text('text')}”`;
  const until = t.time('until') === undefined ? '' : ` until ${t.time('until')}`;
  switch (t.text('class')) {
    case 'out-of-office':
      return `An automatic reply came${place}: the lead is away${until}. It counts for nothing else.`;
    case 'auto':
    case 'list':
      return `A message came that a machine or a mailing list wrote${place}. It counts for nothing.`;
    case 'positive':
      return `The lead replied${place}, and wants to talk.${text}`;
    case 'not-now':
      return `The lead replied${place}: not now.${text}`;
    default:
      return `The lead replied${place}.${text}`;
  }
}

/** An address stays as it is. */
const capital = (words: string): string =>
  words.includes('@') ? words : words.charAt(0).toUpperCase() + words.slice(1);
