/** The example playbook: something a company could start from, and 90 days of it show every path. */

import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readLeadsFile } from '../../src/cli/leads-file.ts';
import { readBehaviour, readReps } from '../../src/cli/people.ts';
import type { JournalEntry } from '../../src/core/decision.ts';
import { durationMs } from '../../src/core/duration.ts';
import type { Playbook } from '../../src/core/playbook.ts';
import { type SimulationResult, simulate } from '../../src/core/simulate.ts';
import { createRenderer } from '../../src/email/render.ts';
import { compileRead, readPlaybookFolder } from '../../src/playbook/index.ts';
import { compiled } from './support.ts';

const folder = join(import.meta.dirname, '../../playbook');
let playbook: Playbook;

beforeAll(async () => {
  playbook = compiled((await readPlaybookFolder(folder)).files);
});

test('it compiles without a warning', async () => {
  expect(compileRead(await readPlaybookFolder(folder)).warnings).toEqual([]);
});

test('cadences from the first look to the renewal, emails in two phases, two pools of two reps', () => {
  const cadences = [
    ['evaluation-guide', 'keep-warm', 'last-call', 'win-back'],
    ['first-conversation', 'sales-support'],
    ['onboarding', 'loyalty', 'renewal'],
  ];
  expect(Object.keys(playbook.cadences)).toEqual(expect.arrayContaining(cadences.flat()));
  const phases = Object.groupBy(Object.values(playbook.emails), (email) => email.phase);
  expect([phases['thought-leadership']?.length, phases['call-to-action']?.length]).toEqual([14, 14]);
  expect(playbook.pools.map((pool) => [pool.id, pool.reps.length])).toEqual([
    ['emea', 2],
    ['rest', 2],
  ]);
});

test('it uses every kind of step', () => {
  const steps = Object.values(playbook.cadences).flatMap((cadence) => Object.values(cadence.steps));
  expect([...new Set(steps.map((step) => step.kind))].sort()).toEqual(
    [
      'branch',
      'email',
      'enroll',
      'handoff',
      'notify',
      'pick',
      'recycle',
      'split',
      'task',
      'wait',
      'waitFor',
      'webhook',
    ].sort(),
  );
});

test('every rep and manager of a pool is in reps.yaml, and the other way round', async () => {
  const reps = await readReps(join(folder, 'reps.yaml'));
  const named = playbook.pools.flatMap(({ reps: ids, manager }) => [...ids, ...(manager ? [manager] : [])]);
  expect(reps.map((rep) => rep.id).sort()).toEqual([...new Set(named)].sort());
});

describe('emails', () => {
  const nobody = {
    ...{ email: 'a@acme.example', firstName: '', lastName: '', company: '', domain: '', role: '', title: '' },
    ...{ country: '', timeZone: '', locale: '', phone: '', source: '', campaign: '', freemail: false, attributes: {} },
  };
  const render = (id: string, lead: typeof nobody) =>
    createRenderer(playbook).render(id, {
      purpose: 'marketing',
      lead,
      rep: { id: 'lena.hartmann@northwind.example', name: 'Lena Hartmann' },
      unsubscribeUrl: 'https://volley.example/u/1',
    });

  test('are worth reading: 150 to 300 words to think about, shorter calls to action, each with a link', () => {
    for (const { id, phase, body } of Object.values(playbook.emails)) {
      const words = (typeof body === 'string' ? body : body.text).split(/\s+/).length;
      expect(words, id).toBeGreaterThan(phase === 'thought-leadership' ? 150 : 60);
      expect(words, id).toBeLessThan(phase === 'thought-leadership' ? 300 : 150);
      expect(typeof body === 'string' ? body : body.body, id).toMatch(/(?:\]\(|href=")https:\/\/northwind\.example\//);
    }
  });

  test('read well for a lead of whom only the address is known', () => {
    for (const id of Object.keys(playbook.emails)) {
      const { subject, text } = render(id, nobody);
      expect(text.startsWith('Hello,\n'), id).toBe(true);
      expect(`${subject}\n${text}`, id).not.toMatch(/\{[{%]|undefined|null| ,| \?|\bfor ,|\bat \?/);
    }
  });

  test('are there in the languages of many of the leads, and say so', () => {
    const subject = (id: string, locale: string) => {
      const { language, subject: line } = render(id, { ...nobody, locale });
      return `${language}: ${line}`;
    };
    expect(subject('evaluation-welcome', 'de-AT')).toMatch(/^de: Bevor Sie/);
    expect(subject('evaluation-welcome', 'fr')).toMatch(/^fr: Avant de/);
    expect(subject('evaluation-welcome', 'ja')).toMatch(/^ja: ツール/);
    expect(subject('demo-invite', 'de')).toBe('de: Ihre Tafel, in dreißig Minuten');
    expect(subject('demo-invite', 'nl')).toBe('en: Your board, in thirty minutes');
  });

  test('greet by the first name', () => {
    for (const id of Object.keys(playbook.emails)) {
      expect(render(id, { ...nobody, firstName: 'Zoë' }).text.startsWith('Hello Zoë,\n'), id).toBe(true);
    }
  });
});

describe('90 days of it', () => {
  let result: SimulationResult;
  const journal: JournalEntry[] = [];
  const heldOut = new Set<string>();
  /** By the playbook's definition of it. */
  let junk: Set<string>;
  beforeAll(async () => {
    const [{ leads }, behaviour, reps] = await Promise.all([
      readLeadsFile(join(folder, 'leads.csv')),
      readBehaviour(join(folder, 'behaviour.yaml'), playbook),
      readReps(join(folder, 'reps.yaml')),
    ]);
    junk = new Set(leads.filter(({ lead }) => lead.freemail && !lead.title).map(({ key }) => key));
    expect(junk.size).toBe(6);
    const byId = Object.fromEntries(reps.map((rep) => [rep.id, rep]));
    result = simulate({
      ...{ playbook, leads, behaviour, reps: byId, seed: 1, from: Date.UTC(2026, 10, 24), days: 90 },
      onJournal: (key, entry) => {
        journal.push(entry);
        if (entry.type === 'experiment.joined' && entry.reason === 'held-out') heldOut.add(key);
      },
    });
  });

  test('show every rule of `replies` at work, meetings booked, held and missed, and reps who have a lead again', () => {
    const signals = journal.filter(({ type }) => type === 'signal.received').map(({ data }) => data);
    const kinds = new Set(signals.map((data) => data['class'] ?? data['type']));
    for (const kind of [
      'human',
      'out-of-office',
      'positive',
      'not-now',
      'meeting.booked',
      'meeting.held',
      'meeting.no-show',
    ]) {
      expect(kinds, kind).toContain(kind);
    }
    const did = new Set(journal.map(({ type, reason, by }) => `${type} ${reason} ${by}`));
    for (const what of [
      'enrollment.paused replied lead',
      'enrollment.paused out-of-office lead',
      'handoff.offered replied lead',
      'lead.returned returned lead',
      'touch.held rep-conversation rule',
    ]) {
      expect(did, what).toContain(what);
    }
    expect(journal.filter(({ reason }) => reason === 'same-rep').length).toBeGreaterThan(0);
  });

  test('repeat no email to anybody before its `repeat` is over, for any seed', async () => {
    const [{ leads }, behaviour] = await Promise.all([
      readLeadsFile(join(folder, 'leads.csv')),
      readBehaviour(join(folder, 'behaviour.yaml'), playbook),
    ]);
    for (const seed of [2, 3, 5]) {
      const last = new Map<string, number>();
      simulate({
        ...{ playbook, leads: leads.slice(seed * 20, seed * 20 + 60), behaviour, reps: {}, seed },
        ...{ from: Date.UTC(2026, 10, 24), days: 500 },
        onJournal: (key, { type, at, data }) => {
          if (type !== 'touch.sent') return;
          const email = String(data['email']);
          const before = last.get(`${key} ${email}`);
          last.set(`${key} ${email}`, at);
          if (before === undefined) return;
          const repeat = playbook.emails[email]?.repeat ?? 'never';
          expect(repeat, email).not.toBe('never');
          if (repeat !== 'never') expect(at - before).toBeGreaterThanOrEqual(durationMs(repeat.after));
        },
      });
    }
  });

  test('show touches, handoffs, accepts, every kind of return, recycles and breaches', () => {
    expect(result.leads).toBe(270);
    expect(result.touches).toBeGreaterThan(1_500);
    for (const what of ['handoffs', 'accepted', 'recycles', 'slaBreaches', 'tasks'] as const) {
      expect(result[what], what).toBeGreaterThan(0);
    }
    for (const reason of ['not-ready', 'no-response', 'wrong-person', 'lost']) {
      expect(result.returns[reason] ?? 0, reason).toBeGreaterThan(0);
    }
  });

  test('show deals won and lost: customers are welcomed, and a lost deal is left alone for its pause', () => {
    expect(result.endStates.customer).toBeGreaterThan(0);
    // Whoever bought is welcomed; a customer may be with sales again by the end.
    expect(result.perCadence['onboarding']?.entered).toBeGreaterThanOrEqual(result.endStates.customer);
    expect(result.perCadence['win-back']).toMatchObject({ entered: result.returns['lost'] });
  });

  test('go on after the sale: loyalty, a review that makes an advocate, a renewal in time', () => {
    for (const cadence of ['loyalty', 'renewal', 'win-back'])
      expect(result.perCadence[cadence]?.touches, cadence).toBeGreaterThan(0);
    expect(result.perStage['advocate']).toBeGreaterThan(0);
  });

  test('leave nobody silent but whom the playbook calls junk, or holds out', () => {
    const silent = result.perLead.filter(({ touches, tasks }) => touches + tasks === 0).map(({ key }) => key);
    expect(silent.length).toBe(result.quiet);
    expect(result.endStates.unreached).toBeLessThanOrEqual(junk.size);
    expect(silent.filter((key) => !junk.has(key) && !heldOut.has(key))).toEqual([]);
    // The others of them have bought.
    expect(result.quiet).toBeLessThanOrEqual(junk.size + heldOut.size);
    expect(Object.values(result.endStates).reduce((sum, n) => sum + n, 0)).toBe(result.leads);
  });
});
