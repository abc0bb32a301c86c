/** One lead played through `decide` as the engine plays it: wake by wake, every touch answered. */
import { decideWith, type Request } from '../../../src/core/decide.ts';
import type { Decided, Effect, JournalEntry, TouchRequest } from '../../../src/core/decision.ts';
import type { Account, AccountTurn, Facts } from '../../../src/core/facts.ts';
import type { Input, InputBody } from '../../../src/core/input.ts';
import type { Playbook } from '../../../src/core/playbook.ts';
import { initialState, type LeadState } from '../../../src/core/state.ts';
import type { TakenPlaces } from '../../../src/core/warm-up.ts';

type Outcome = Extract<InputBody, { kind: 'touch.result' }>['outcome'];

export const leadFields: Facts['lead'] = {
  email: 'ada@acme.example',
  firstName: 'Ada',
  lastName: 'Lovelace',
  company: 'Acme',
  domain: 'acme.example',
  role: '',
  title: 'COO',
  country: 'DE',
  timeZone: 'Europe/Berlin',
  locale: 'de',
  phone: '',
  source: '',
  campaign: '',
  freemail: false,
  attributes: {},
};

export class PlayedLead {
  state: LeadState;
  facts: Facts;
  playbook: Playbook;
  readonly older = new Map<string, Playbook>();
  readonly effects: Effect[] = [];
  readonly touches: TouchRequest[] = [];
  readonly inbox: Input[] = [];
  /** What is read when a decision asks for it. */
  account: Account | null = null;
  turn: AccountTurn = { touches: { email: [], task: [] }, asked: [] };
  /** Of domains that warm up. */
  places: TakenPlaces = {};
  wakes = 0;
  last: Decided | undefined;
  now: number;
  answer: (touch: TouchRequest) => { outcome: Outcome; retryAt?: number } | undefined = () => ({ outcome: 'sent' });
  /** Told of every decision, also those that are followed by another at once. */
  onDecision: (decided: Decided, request: Request) => void = () => {};
  #ids = 0;

  constructor(playbook: Playbook, start: string | number, facts: Partial<Facts> = {}) {
    this.now = typeof start === 'number' ? start : Date.parse(start);
    this.playbook = playbook;
    this.facts = {
      leadId: '0b7c9b1e-0000-4000-8000-000000000001',
      key: 'a1b2c3d4e5f60718',
      createdAt: this.now,
      lead: leadFields,
      consents: [],
      suppressions: [],
      pauses: [],
      ...facts,
    };
    this.state = initialState(playbook.stages[0]?.id ?? '', this.now);
    this.put({ kind: 'lead.changed', by: 'test' });
  }

  /** Puts an inbox row; `at` defaults to now. */
  put(body: InputBody, at = this.now): void {
    this.#ids += 1;
    this.inbox.push({ id: `input-${this.#ids}`, at, body });
  }

  signal(type: string, at = this.now, place: { cadence?: string; step?: string } = {}): void {
    this.put({ kind: 'signal', type, human: true, ...place }, at);
  }

  /** Decides at `now` until nothing is due any more; answers touches. */
  look(): Decided {
    for (let i = 0; i < 100; i++) {
      const decided = this.#decide();
      if (decided.touch) {
        this.touches.push(decided.touch);
        const result = this.answer(decided.touch);
        if (result)
          this.put(
            { kind: 'touch.result', touch: decided.touch.id, ...result },
            Math.max(decided.touch.at, this.state.at),
          );
        continue;
      }
      if (decided.wake === null || decided.wake.at > this.now) return decided;
    }
    throw new Error('still something due after 100 decisions');
  }

  #decide(): Decided {
    const playbooks = {
      current: this.playbook,
      get: (hash: string) => {
        const found = hash === this.playbook.hash ? this.playbook : this.older.get(hash);
        if (!found) throw new Error(`no playbook ${hash}`);
        return found;
      },
    };
    const request = {
      state: this.state,
      facts: this.facts,
      playbooks,
      inputs: this.inbox,
      now: this.now,
      maySend: true,
      sendAs: 'now' as const,
    };
    const decision = decideWith(request, {
      routing: () => this.facts.routing ?? { reps: {}, given: {}, turns: {}, open: {} },
      account: () => this.account,
      turn: () => this.turn,
      places: () => this.places,
    });
    this.state = decision.state;
    this.effects.push(...decision.effects);
    this.last = decision;
    const { account, turn, places } = this;
    this.onDecision(decision, { ...request, facts: { account, turn, places, ...request.facts } });
    for (const id of decision.applied) {
      this.inbox.splice(
        this.inbox.findIndex((x) => x.id === id),
        1,
      );
    }
    return decision;
  }

  /** Plays wake by wake until `until`, or until nothing is due. */
  playTo(until: string | number): void {
    const end = typeof until === 'number' ? until : Date.parse(until);
    for (let i = 0; i < 10_000; i++) {
      this.wakes += 1;
      const { wake } = this.look();
      if (wake === null || wake.at > end) {
        this.now = end;
        return;
      }
      this.now = Math.max(this.now, wake.at);
    }
    throw new Error('10,000 wakes without an end');
  }

  get journal(): JournalEntry[] {
    return this.effects.flatMap((x) => (x.kind === 'journal' ? [x.entry] : []));
  }

  types(): string[] {
    return this.journal.map((x) => x.type);
  }
}
