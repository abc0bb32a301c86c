/** Compiled playbooks built directly: the core's tests need no YAML and no CEL. */
import type { Cadence, Condition, EmailTemplate, Playbook, Step } from '../../../src/core/playbook.ts';
import type { Scope } from '../../../src/core/scope.ts';

export const when = (source: string, test: (s: Scope) => boolean, timed = false): Condition => ({
  source,
  test,
  timed,
});
export const seen = (type: string): Condition => when(`seen('${type}')`, (s) => s.signals(type).count > 0);
export const always = when('true', () => true);

/** Steps in a row, each followed by the next. */
export function inARow(...steps: readonly Step[]): Pick<Cadence, 'first' | 'steps'> {
  const linked = steps.map((step, i) => ({ ...step, next: steps[i + 1]?.id ?? null }));
  return { first: linked[0]?.id ?? null, steps: Object.fromEntries(linked.map((s) => [s.id, s])) };
}

export const email = (id: string, template = id): Step => ({ kind: 'email', id, email: template, next: null });
export const template = (id: string, overrides: Partial<EmailTemplate> = {}): EmailTemplate => ({
  id,
  subject: id,
  phase: 'thought-leadership',
  repeat: 'never',
  body: id,
  ...overrides,
});
export const wait = (id: string, plain: string): Step => ({ kind: 'wait', id, wait: { plain }, next: null });
export const handoffStep = (id: string, handoff = 'warm', outcomes: Record<string, string | null> = {}): Step => ({
  kind: 'handoff',
  id,
  handoff,
  outcomes,
  next: null,
});

export function cadence(id: string, overrides: Partial<Cadence> = {}): Cadence {
  return {
    id,
    purpose: 'marketing',
    lane: 'nurture',
    runs: { custody: ['marketing', 'nobody'], else: 'pause' },
    priority: 50,
    window: {
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      from: '09:00',
      to: '17:00',
      zones: ['lead', 'country', 'company'],
    },
    ...inARow(email(`${id}-1`), wait(`${id}-2`, 'P3D'), email(`${id}-3`)),
    ...overrides,
  };
}

export function playbook(overrides: Partial<Playbook> & { readonly cadences: Playbook['cadences'] }): Playbook {
  return {
    hash: 'test-playbook',
    company: {
      name: 'Northwind',
      postalAddress: '1 Example Street, London',
      timeZone: 'Europe/London',
      country: 'GB',
      from: { marketing: 'news@northwind.example', sales: 'sales@northwind.example' },
      replyDomain: 'reply.northwind.example',
      workingHours: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '10:00', to: '18:00', holidays: [] },
    },
    consent: {
      marketing: { kind: 'assume', basis: 'legitimate-interest' },
      sales: { kind: 'assume', basis: 'legitimate-interest' },
      service: { kind: 'assume', basis: 'contract' },
    },
    stages: [
      { id: 'exploring' },
      { id: 'evaluating', when: seen('page.pricing') },
      { id: 'deciding', when: seen('meeting.held') },
    ],
    definitions: {},
    signals: {
      'page.pricing': { points: 15, maxPerDay: 30 },
      'demo.requested': { points: 60 },
      'email.clicked': { points: 8 },
      'meeting.held': { points: 20 },
    },
    score: { engagement: { halfLife: 'P30D', max: 100 }, fit: [] },
    routes: [{ id: 'demo', when: seen('demo.requested'), handoff: 'warm' }],
    handoffs: { warm: { id: 'warm', sla: 'warm', pools: ['all'], brief: ['why', 'seen'] } },
    slas: { warm: { id: 'warm', accept: { working: 'P1D' }, remind: [], onBreach: [{ at: 2, do: 'recycle' }] } },
    pools: [{ id: 'all', when: always, reps: ['rep-1@northwind.example', 'rep-2@northwind.example'] }],
    returns: {
      'not-ready': {
        id: 'not-ready',
        recycle: 'keep-warm',
        after: { ask: true, else: 'P30D' },
        facts: ['timing'],
        engagement: 'halve',
        disqualify: false,
      },
      junk: { id: 'junk', facts: [], disqualify: true },
    },
    emails: {},
    ...overrides,
  };
}
