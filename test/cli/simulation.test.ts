/** `volley simulate` over seeds, against another playbook, and with what leads really did. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSignals } from '../../src/cli/simulation/signals-file.ts';
import { leadFields } from '../core/support/lead.ts';
import { ROOT, volley } from './run.ts';

let scratch: string;
/** The example with a limit on touches no lead could come near to, and one everybody runs into. */
let strict: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'volley-simulation-'));
  strict = join(scratch, 'strict');
  await cp(join(ROOT, 'playbook'), strict, { recursive: true });
  const file = join(strict, 'playbook.yaml');
  const text = await readFile(file, 'utf8');
  const capped = text.replace(/lead: \{ touches: \d+, per: P7D \}/, 'lead: { touches: 1, per: P30D }');
  expect(capped).not.toBe(text);
  await writeFile(file, capped);
  const [head = '', ...rows] = (await readFile(join(ROOT, 'playbook/leads.csv'), 'utf8')).split('\r\n');
  await writeFile(join(scratch, 'few.csv'), [head, ...rows.slice(0, 40)].join('\r\n'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const simulate = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  volley(
    ['simulate', 'playbook', '--from', '2026-11-23', '--days', '30', '--leads', join(scratch, 'few.csv'), ...args],
    {
      env,
    },
  );

describe('side by side', () => {
  it('gives the same bytes in every time zone, whatever the seeds', async () => {
    const zones = ['UTC', 'America/New_York', 'Pacific/Kiritimati'];
    const args = ['--seed', '7', '--seeds', '3', '--against', strict, '--json'];
    const runs = await Promise.all(zones.map((TZ) => simulate(args, { TZ })));
    expect(runs.map((run) => run.code)).toEqual([0, 0, 0]);
    expect(new Set(runs.map((run) => run.out)).size).toBe(1);

    const { touches, against, byDay, held, seeds, compared } = JSON.parse(runs[0]?.out ?? '');
    expect(seeds).toBe(3);
    expect(against.touches).toBeLessThan(touches);
    const of = Object.fromEntries(compared.map((row: { figure: string }) => [row.figure, row]));
    expect(of.touches.difference.most).toBeLessThan(0);
    expect(of.touches.here.least).toBeLessThanOrEqual(touches);
    expect(of.touches.here.most).toBeGreaterThanOrEqual(touches);
    expect(against.held.capped).toBeGreaterThan(held.capped ?? 0);
    const capped = (days: { capped: number }[]) => days.reduce((n, day) => n + day.capped, 0);
    expect(capped(against.byDay)).toBeGreaterThan(capped(byDay));
  });

  it('shows a line a figure with the difference', async () => {
    const { code, out } = await simulate(['--against', strict]);
    expect(code).toBe(0);
    expect(out).toMatch(/figure\s+here\s+\S+strict\s+difference/);
    expect(out).toMatch(/touches\s+\d+\s+\d+\s+-\d+/);
  });

  it('refuses people who do or say what the other playbook has no word for', async () => {
    const other = join(scratch, 'other');
    await cp(strict, other, { recursive: true });
    const file = join(other, 'playbook.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/^ {2}pricing\.objection: .*\n/m, ''));
    const { code, err } = await simulate(['--against', other]);
    expect(code).toBe(2);
    expect(err).toMatch(/does not fit .*, which has no signal pricing\.objection/);
  });
});

describe('the report', () => {
  it('is the same page in every time zone, with both playbooks, and has nothing from elsewhere in it', async () => {
    const zones = ['UTC', 'America/New_York', 'Pacific/Kiritimati'];
    const pages = await Promise.all(
      zones.map(async (TZ, n) => {
        const file = join(scratch, `report-${n}.html`);
        const { code } = await simulate(['--seeds', '2', '--against', strict, '--html', file], { TZ });
        expect(code).toBe(0);
        return readFile(file, 'utf8');
      }),
    );
    const [page = ''] = pages;
    expect(new Set(pages).size).toBe(1);
    expect(page).toContain('<h1>playbook beside strict</h1>');
    expect(page).toContain('2026-11-23');
    for (const part of ['Emails sent', 'Tasks opened', 'SLA breaches', 'Leads expired', 'Side by side', 'limit'])
      expect(page).toContain(part);
    expect(page.match(/(?:src|href)="(?!data:)[^"]*"|@import|url\(|<script/g)).toBeNull();
  });

  it('says where it cannot be written', async () => {
    const { code, err } = await simulate(['--html', join(scratch, 'nowhere', 'report.html')]);
    expect(code).toBe(2);
    expect(err).toMatch(/report\.html cannot be written/);
  });
});

describe('recorded signals', () => {
  const from = Date.UTC(2026, 10, 23);
  const span = { from, until: from + 30 * 86_400_000 };
  const leads = [
    { key: 'ada', lead: { ...leadFields, email: 'ada@acme.example' }, consents: [], suppressions: [] },
    { key: 'bo', lead: { ...leadFields, email: 'bo@acme.example' }, consents: [], suppressions: [] },
  ];
  const written = async (lines: readonly string[]): Promise<string> => {
    const file = join(await mkdtemp(join(scratch, 'signals-')), 'signals.ndjson');
    await writeFile(file, lines.join('\n'));
    return file;
  };
  const line = (email: string, type: string, at: string, data = {}) =>
    JSON.stringify({ id: `${email}${at}`, lead: { email }, type, at, data });

  it('go to the people they are about, in the order of time; the rest is counted', async () => {
    const file = await written([
      line('Ada@Acme.example', 'page.pricing', '2026-11-25T10:00:00Z'),
      '',
      line('ada@acme.example', 'email.clicked', '2026-11-24T10:00:00Z', { cadence: 'guide', step: 'welcome' }),
      line('ada@acme.example', 'page.pricing', '2026-11-01T10:00:00Z'),
      line('bo@acme.example', 'page.pricing', '2027-11-01T10:00:00Z'),
      line('cy@acme.example', 'page.pricing', '2026-11-25T10:00:00Z'),
    ]);
    const found = await withSignals(file, leads, span);
    expect(found).toMatchObject({ taken: 2, before: 1, after: 1, strangers: 1 });
    expect(found.leads.map(({ signals }) => signals?.map(({ type }) => type))).toEqual([
      ['email.clicked', 'page.pricing'],
      [],
    ]);
  });

  it.each([
    ['{', /signals\.ndjson:2 is no JSON/],
    ['{"lead":{"email":"a@b.example"},"type":"x"}', /signals\.ndjson:2: at: a date and time/],
  ])('that cannot be read name the line: %s', async (wrong, words) => {
    const file = await written([line('ada@acme.example', 'page.pricing', '2026-11-25T10:00:00Z'), wrong]);
    await expect(withSignals(file, leads, span)).rejects.toThrow(words);
  });

  it('are what leads do, in place of the dice: nobody else reacts', async () => {
    const file = await written([
      line('anna.oezdemir@rheinwerk.example', 'demo.requested', '2026-11-24T10:00:00Z'),
      line('carlos.castillo@gulfvalves.example', 'unsubscribed', '2026-11-24T10:00:00Z'),
    ]);
    const { code, out } = await simulate(['--signals', file, '--json', '--per-lead']);
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ signals: { taken: 2, strangers: 0 }, funnel: { reacted: 1, offered: 1 } });
    expect(result.endStates.suppressed).toBe(1);
    expect(result.assumptions.join()).toContain('Leads do what they did');
  });
});
