/**
 * Clicks on links in mail: kept as they come, judged together, and told to the lead as signals. What a person
 * did wakes the lead after a moment in which the rest of a scan would come; what a program did wakes nobody.
 */
import type { Instant } from '../core/time.ts';
import type { Hint } from '../email/clicks/hint.ts';
import { type Click, HOLD, judgeClicks, type Verdict } from '../email/clicks/judge.ts';
import { putInputs, takeBackInputs } from './inbox.ts';
import type { Db } from './schema.ts';
import { type Touch, touchById } from './touches.ts';
import { date, sha256 } from './values.ts';

export interface NewClick {
  readonly touch: string;
  /** Two with the same id are one. */
  readonly id: string;
  /** Where the link leads; empty for the trap. */
  readonly url: string;
  readonly at: Instant;
  readonly hint: Hint | null;
}

/** More than this of one message says nothing new, whoever goes on asking. */
const MOST = 100;

const HINTS: readonly string[] = ['trap', 'head', 'prefetch', 'user-agent'] satisfies readonly Hint[];
const isHint = (text: string | null): text is Hint => text !== null && HINTS.includes(text);

/**
 * Takes a click in.
 * @returns the leads to nudge; null for a touch this store does not know (any more).
 */
export async function recordClick(tx: Db, click: NewClick, now: Instant): Promise<readonly string[] | null> {
  const touch = await lockTouch(tx, click.touch);
  if (touch === null) return null;
  const before = await clicksOf(tx, touch.id);
  if (before.length >= MOST || before.some(({ id }) => id === click.id)) return [];
  const link = sha256(click.url).slice(0, 16);
  const place = placeOf(click.url);
  await tx
    .insertInto('clicks')
    .values({
      touch_id: touch.id,
      id: click.id,
      lead_id: touch.leadId,
      link,
      place,
      at: date(click.at),
      hint: click.hint,
      verdict: '',
    })
    .execute();
  const kept = { id: click.id, link, place, at: click.at, hint: click.hint, verdict: '' };
  return settle(tx, touch, [...before, kept], now);
}

/** Judges the clicks of a message anew, since more is known of when it arrived. @returns the leads to nudge */
export async function judgeAgain(tx: Db, touch: Touch, now: Instant): Promise<readonly string[]> {
  const clicks = await clicksOf(tx, touch.id);
  return clicks.length === 0 ? [] : settle(tx, touch, clicks, now);
}

interface Kept extends Click {
  readonly place: string;
  readonly verdict: string;
}

/** One at a time for a message: a scan asks for all links at once, and each must see the others. */
async function lockTouch(tx: Db, id: string): Promise<Touch | null> {
  await tx.selectFrom('touches').select('id').where('id', '=', id).forUpdate().execute();
  return touchById(tx, id);
}

async function clicksOf(tx: Db, touchId: string): Promise<readonly Kept[]> {
  const rows = await tx.selectFrom('clicks').selectAll().where('touch_id', '=', touchId).limit(MOST).execute();
  return rows.map((row) => ({ ...row, hint: isHint(row.hint) ? row.hint : null }));
}

async function settle(tx: Db, touch: Touch, clicks: readonly Kept[], now: Instant): Promise<readonly string[]> {
  const verdicts = judgeClicks(clicks, arrivedAt(touch));
  const judged = clicks.map((click) => ({ ...click, was: click.verdict, is: verdicts.get(click.id) ?? 'again' }));
  const changed = judged.filter(({ was, is }) => was !== is);
  for (const { id, is: verdict } of changed) {
    await tx.updateTable('clicks').set({ verdict }).where('touch_id', '=', touch.id).where('id', '=', id).execute();
  }
  const links = new Set(changed.map(({ link }) => link));
  const before = changed.filter(({ was }) => was === 'human').map((click) => humanKey(touch, click));
  await takeBackInputs(tx, [...before, ...[...links].map((link) => machineKey(touch, link))]);
  // A scan follows every link many times over: the journal has each link once.
  const byMachine = [...links].flatMap((link) => {
    const theirs = judged.filter((one) => one.link === link && one.is !== 'human' && one.is !== 'again');
    return theirs.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(0, 1);
  });
  const byPerson = changed.filter(({ is }) => is === 'human');
  await putInputs(
    tx,
    [...byMachine, ...byPerson].map((click) => inputOf(touch, click, click.is)),
    now,
  );
  return byPerson.length > 0 ? [touch.leadId] : [];
}

const humanKey = (touch: Touch, click: Click): string => `click:${touch.id}:${click.id}`;
const machineKey = (touch: Touch, link: string): string => `click:${touch.id}:${link}:machine`;

function inputOf(touch: Touch, click: Kept, verdict: Verdict) {
  const human = verdict === 'human';
  return {
    leadId: touch.leadId,
    key: human ? humanKey(touch, click) : machineKey(touch, click.link),
    at: human ? click.at + HOLD : click.at,
    body: {
      kind: 'signal' as const,
      type: 'email.clicked',
      human,
      cadence: touch.cadence,
      step: touch.step,
      ...(click.place === '' ? {} : { link: click.place }),
      ...(human ? {} : { sign: verdict }),
    },
  };
}

/** Host and path: what follows may be about the person. */
function placeOf(url: string): string {
  if (url === '') return '';
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`.slice(0, 300);
}

/** When the message can have been read at the earliest, as far as is known. */
const arrivedAt = ({ acceptedAt, deliveredAt }: Touch): Instant | null =>
  acceptedAt === null && deliveredAt === null ? null : Math.max(acceptedAt ?? 0, deliveredAt ?? 0);
