/** `DELETE /v1/leads/{id}`: nothing of the person is left anywhere, and nothing brings them back but themselves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importPage } from '../../activities/import.ts';
import { type ErasePoint, runErasure, sweepErasures } from '../../src/api/erase-run.ts';
import { EVENTS } from '../../src/core/events/kinds.ts';
import { replyAddress } from '../../src/email/compose.ts';
import { signReplyToken, signToken } from '../../src/email/tokens.ts';
import { requestErasure } from '../../src/store/erase.ts';
import { createNameKey } from '../../src/store/erased-names.ts';
import { putInputs } from '../../src/store/inbox.ts';
import { transact } from '../../src/store/tx.ts';
import {
  ADDRESS,
  canaryLead,
  canaryRows,
  FULL_NAME,
  isCanary,
  liveThrough,
  OLD_ADDRESS,
  TWIN_ADDRESS,
  type Way,
} from '../support/canary.ts';
import { openApi, SECRET, START, type TestApi } from './support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const wayOf = (): Way => ({
  call: (what, options) => api.call(what, options),
  settled: (leadId) => api.advance(leadId),
  imported: async (id) => {
    while (await importPage(api.deps, id));
  },
  replyAddress: (leadId) => replyAddress(signReplyToken(SECRET, leadId), 'reply.northwind.example'),
});
const erase = (id: string, key = api.keys.admin) => api.call(`DELETE /v1/leads/${id}`, { key });
const db = () => api.store.database.db;
const report = async (name: string) => (await api.call(`GET /v1/reports/${name}?from=2026-11-01&to=2026-12-31`)).body;

describe('a person who lived through everything', () => {
  let leadId: string;
  let otherId: string;
  beforeAll(async () => {
    ({ leadId, otherId } = await liveThrough(wayOf()));
  });

  test('is known in many tables', async () => {
    const tables = new Set((await canaryRows(db())).map((hit) => hit.split(':')[0]));
    expect([...tables].sort()).toEqual([
      ...['accounts', 'chats', 'consents', 'deals', 'handoffs', 'idempotency_keys', 'inbox', 'journal'],
      ...['lead_aliases', 'lead_states', 'leads', 'recorded_wakes', 'suppressions', 'tasks'],
    ]);
  });

  test('is in none of them after an erasure that was cut off at every point', async () => {
    const figures = [(await report('sla')).tables, (await report('contacts')).tables];
    const cut = new Error('killed');
    // As if the process had died right after the first commit.
    const frame = { by: 'test', now: api.now, names: createNameKey(SECRET) };
    await transact(db(), (tx) => requestErasure(tx, leadId, frame));
    for (const point of ['runs-ended', 'rows-gone', 'mentions-gone'] satisfies ErasePoint[]) {
      const onPoint = async (at: ErasePoint): Promise<void> => {
        if (at === point) throw cut;
      };
      await expect(runErasure(api.deps, leadId, { onPoint })).rejects.toBe(cut);
      expect((await api.call(`GET /v1/erasures/${leadId}`)).body.state).toBe('erasing');
      expect((await api.call(`GET /v1/leads/${leadId}`)).status).toBe(410);
    }
    await sweepErasures(api.deps);
    expect((await erase(leadId)).body).toMatchObject({ state: 'erased', lead: { id: leadId }, by: 'test' });
    expect(await canaryRows(db())).toEqual([]);
    expect(api.forgotten).toContain(leadId);
    // What is counted stays, as nobody's.
    expect([(await report('sla')).tables, (await report('contacts')).tables]).toEqual(figures);
    const counted = await canaryRows(db(), (row) => row.includes(leadId));
    expect([...new Set(counted.map((row) => row.split(':')[0]))]).toEqual(['erasures', 'outbox']);
  });

  test('is told to other systems by ids alone, once, with those of leads that were merged into it', async () => {
    const told = await db().selectFrom('outbox').select(['lead_id', 'payload']).where('kind', '=', 'webhook').execute();
    const erased = told.filter(({ payload }) => payload.includes('lead.erased'));
    const merged = await db()
      .selectFrom('erasures')
      .select('lead_id')
      .where('person', '=', leadId)
      .where('lead_id', '!=', leadId)
      .execute();
    expect(merged).toHaveLength(1);
    expect(erased.map(({ lead_id, payload }) => [lead_id, JSON.parse(payload).message])).toEqual([
      [
        null,
        {
          type: 'lead.erased',
          timestamp: expect.any(String),
          data: {
            lead: leadId,
            merged: merged.map(({ lead_id }) => lead_id),
            by: 'test',
            requestedAt: new Date(START).toISOString(),
          },
        },
      ],
    ]);
    const { data } = JSON.parse(erased[0]?.payload ?? '{}').message;
    expect(EVENTS['lead.erased'].data.safeParse(data)).toMatchObject({ success: true });
  });

  test('is struck out of what others said, and of nothing else', async () => {
    const other = await api.call(`GET /v1/leads/${otherId}`);
    expect(other.body).toMatchObject({
      firstName: 'Grace',
      source: 'referred by [erased]',
      attributes: { referrer: '[erased]' },
    });
    const journal = await api.call(`GET /v1/leads/${otherId}/journal?limit=500`);
    expect(JSON.stringify(journal.body)).toContain('Ask [erased] ([erased], [erased]) instead');
  });

  test('is in no report', async () => {
    for (const name of ['funnel', 'meeting', 'sla', 'pipeline', 'contacts', 'content-gaps', 'health']) {
      expect([name, isCanary(JSON.stringify(await report(name)))]).toEqual([name, false]);
    }
  });

  test('is not found by links in old mail, replies, events of the mail service and signals; they leave nothing', async () => {
    const before = await canaryRows(db(), () => true);
    const token = signToken(SECRET, { leadId, purpose: 'marketing', touch: 't1' });
    await api.call(`POST /u/${token}`, { key: null, raw: 'a=b', type: 'application/x-www-form-urlencoded' });
    const to = wayOf().replyAddress(leadId);
    const raw = `From: ${FULL_NAME} <${ADDRESS}>\r\nTo: ${to}\r\nMessage-ID: <c9@x.example>\r\n\r\nHello again`;
    expect((await api.call('POST /hooks/inbound', { raw, type: 'message/rfc822' })).body.lead ?? null).toBeNull();
    const at = { timestamp: '2026-11-24T10:00:00Z' };
    const complaint = {
      notificationType: 'Complaint',
      mail: { messageId: 'm', destination: [ADDRESS], ...at },
      complaint: { complainedRecipients: [{ emailAddress: ADDRESS }], ...at },
    };
    const taken = await api.call('POST /hooks/ses', { raw: JSON.stringify(complaint), type: 'text/plain' });
    expect(taken.body).toEqual({ events: 1, unknown: 1 });
    const signals = [{ id: leadId }, { email: ADDRESS }].map((lead, n) => ({
      id: `s-${n}`,
      lead,
      type: 'page.pricing',
    }));
    expect((await api.call('POST /v1/signals', { body: { signals } })).body).toMatchObject({ accepted: 0 });
    expect(await canaryRows(db(), () => true)).toEqual(before);
  });

  test('is brought back by no form and no file under any of the names', async () => {
    const consent = (basis: string, on: string) => [{ purpose: 'marketing', basis, source: 'list', at: on }];
    for (const body of [
      canaryLead({ consent: [] }),
      canaryLead({ consent: consent('opt-in', '2026-11-02') }),
      canaryLead({ consent: consent('legitimate-interest', '2026-11-25') }),
      { email: ADDRESS.toUpperCase() },
      { email: OLD_ADDRESS },
      { email: TWIN_ADDRESS },
      { email: 'somebody@new.example', externalId: canaryLead().externalId },
    ]) {
      const { status, body: problem } = await api.call('POST /v1/leads', { body });
      expect([status, problem.type, problem.reason]).toEqual([422, '/problems/lead-refused', 'erased']);
      expect(isCanary(JSON.stringify(problem))).toBe(false);
    }
    const raw = `email,first name\n${ADDRESS},Quirinzaqa\nnew@new.example,Ada\n`;
    const posted = await api.call('POST /v1/imports', { raw, type: 'text/csv' });
    while (await importPage(api.deps, posted.body.id));
    const { body } = await api.call(`GET /v1/imports/${posted.body.id}`);
    expect(body).toMatchObject({ rows: 2, created: 1, rejected: 1, errors: [{ row: 2, field: 'email' }] });
    const other = await api.lead('ada@mover.example');
    const moved = await api.call(`POST /v1/leads/${other}/moved`, { body: { email: ADDRESS } });
    expect(moved).toMatchObject({ status: 422, body: { reason: 'erased' } });
    expect(await canaryRows(db())).toEqual([]);
  });

  test('comes back by a consent of their own, as somebody new', async () => {
    const own = [{ purpose: 'marketing', basis: 'opt-in', source: 'form', at: '2026-11-25' }];
    const back = await api.call('POST /v1/leads', { body: canaryLead({ consent: own }) });
    expect(back.status).toBe(201);
    expect(back.body.id).not.toBe(leadId);
    expect((await api.call('POST /v1/leads', { body: { email: ADDRESS, title: 'CEO' } })).status).toBe(200);
    expect((await api.call(`GET /v1/leads/${leadId}`)).status).toBe(410);
  });
});

describe('after an erasure', () => {
  test('the id answers 410, and so does that of a lead that was merged into it', async () => {
    const into = await api.lead('ada@gone.example');
    const from = await api.lead('ada.old@gone.example');
    await api.call(`POST /v1/leads/${from}/merge`, { body: { into } });
    await erase(into);
    for (const id of [into, from]) {
      for (const path of [`GET /v1/leads/${id}`, `GET /v1/leads/${id}/journal`, `POST /v1/leads/${id}/object`]) {
        expect(await api.call(path)).toMatchObject({ status: 410, body: { type: '/problems/lead-erased' } });
      }
      expect((await api.call(`GET /v1/erasures/${id}`)).body).toMatchObject({ state: 'erased', lead: { id: into } });
    }
  });

  test('erasing again answers the same, with an Idempotency-Key too', async () => {
    const id = await api.lead('ada@again.example');
    const call = () => api.call(`DELETE /v1/leads/${id}`, { headers: { 'idempotency-key': 'erase-1' } });
    const first = await call();
    api.now += 60_000;
    const second = await call();
    expect(first.status).toBe(200);
    expect(second.body).toEqual(first.body);
  });

  test.each([
    ['no such lead', '0197a3d2-0000-7000-8000-000000000000', 404],
    ['a bad id', 'x', 404],
  ])('of %s it is an error', async (_, id, status) => {
    expect((await erase(id)).status).toBe(status);
  });

  test('of a lead that was merged, the survivor is named and stays', async () => {
    const into = await api.lead('ada@stays.example');
    const from = await api.lead('ada.old@stays.example');
    await api.call(`POST /v1/leads/${from}/merge`, { body: { into } });
    expect(await erase(from)).toMatchObject({ status: 410, body: { mergedInto: into } });
    expect((await api.call(`GET /v1/leads/${into}`)).status).toBe(200);
  });

  test.each(['manager', 'rep', 'integration'] as const)('a %s may not', async (role) => {
    const id = await api.lead('ada@role.example');
    expect((await erase(id, api.keys[role])).status).toBe(403);
  });
});

describe('an upload that waits', () => {
  test('loses the row of the person, however the address is spelled, and no other', async () => {
    const id = await api.lead('ada@waits.example');
    const raw = 'email,first name\nADA@Waits.example,Ada\nbob@waits.example,Bob\n';
    const posted = await api.call('POST /v1/imports', { raw, type: 'text/csv' });
    expect((await erase(id)).status).toBe(200);
    expect(await canaryRows(db(), (row) => /ada@waits/i.test(row))).toEqual([]);
    while (await importPage(api.deps, posted.body.id));
    const { body } = await api.call(`GET /v1/imports/${posted.body.id}`);
    expect(body).toMatchObject({
      created: 1,
      rejected: 1,
      errors: [{ row: 2, message: 'this person asked to be erased' }],
    });
  });
});

describe('what was being written at that moment', () => {
  test('goes when its lead is woken, and minutes later at the latest', async () => {
    const id = await api.lead('ada@late.example');
    await erase(id);
    const late = async (): Promise<void> => {
      const body = { kind: 'signal', type: 'page.pricing', human: true } as const;
      await transact(db(), (tx) => putInputs(tx, [{ leadId: id, at: api.now, body }], api.now));
    };
    const left = async () =>
      (await canaryRows(db(), (row) => row.includes(id))).map((row) => row.split(':')[0]).toSorted();
    await late();
    await api.advance(id);
    expect(await left()).toEqual(['erasures', 'outbox']);
    await late();
    await sweepErasures(api.deps);
    expect(await left()).toEqual(['erasures', 'inbox', 'outbox']);
    api.now += 10 * 60_000;
    await sweepErasures(api.deps);
    expect(await left()).toEqual(['erasures', 'outbox']);
  });
});

describe('the company', () => {
  test('goes with the last person known of it, and stays while there is another', async () => {
    const ada = await api.lead('ada@firm.example', { company: 'Firm' });
    const bob = await api.lead('bob@firm.example', { company: 'Firm' });
    const known = async () => (await canaryRows(db(), (row) => row.includes('firm.example'))).length > 0;
    await erase(ada);
    expect(await known()).toBe(true);
    await erase(bob);
    expect(await known()).toBe(false);
  });
});
