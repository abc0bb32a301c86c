/** What every verb promises: exit codes, one clear line, help, JSON. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, volley } from './run.ts';

const VERBS = [
  'serve',
  'worker',
  'migrate',
  'check',
  'apply',
  'import',
  'simulate',
  'explain',
  'preview',
  'report',
  'export',
  'erase',
  'keys',
  'doctor',
  'cost',
];
const LATER = ['plan'];
const NOBODY = { VOLLEY_URL: 'http://127.0.0.1:9' };

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'volley-cli-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** The example playbook with one of its files changed. */
async function spoiled(file: string, change: (text: string) => string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'playbook-'));
  await cp(join(ROOT, 'playbook'), folder, { recursive: true });
  await writeFile(join(folder, file), change(await readFile(join(folder, file), 'utf8')));
  return folder;
}

describe('volley', () => {
  it.each(VERBS)('%s explains itself', async (verb) => {
    const { code, out } = await volley([verb, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: volley ${verb}`);
  });

  it.each(LATER)('%s comes later and says so, whatever follows it', async (verb) => {
    const { code, out, err } = await volley([verb, 'x', '--json', '--help']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { code: 'not-in-this-version' } });
    expect(err).toContain(`${verb} is not in this version`);
  });

  it('lists its verbs', async () => {
    const { code, out } = await volley(['--help']);
    expect(code).toBe(0);
    for (const verb of VERBS) expect(out).toContain(`\n  ${verb} `);
    for (const verb of LATER) expect(out).not.toContain(`\n  ${verb} `);
  });

  it.each([[[]], [['nonsense']], [['check']], [['check', '--nonsense', 'x']], [['keys', 'create', '--role', 'king']]])(
    'calls %j wrong use',
    async (args) => {
      const { code, out, err } = await volley(args);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).not.toBe('');
      expect(err).not.toContain('    at ');
    },
  );

  it('says which variables are wrong before it does anything', async () => {
    const { code, err } = await volley(['keys', 'list'], { env: { PORT: 'eighty', LOG_LEVEL: 'loud' } });
    expect(code).toBe(2);
    expect(err).toContain('PORT: ');
    expect(err).toContain('LOG_LEVEL: ');
  });

  it('says that nobody answers, and what to do', async () => {
    for (const args of [
      ['keys', 'list'],
      ['import', 'playbook/leads.csv'],
      ['apply', 'playbook'],
    ]) {
      const { code, out, err } = await volley(args, { env: NOBODY });
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('no Volley answers at http://127.0.0.1:9');
      expect(err).toContain('npm start');
      expect(err).not.toContain('    at ');
    }
  });

  it('shows the stack of an error only with --debug', async () => {
    const { code, err } = await volley(['--debug', 'keys', 'list'], { env: NOBODY });
    expect(code).toBe(1);
    expect(err).toContain('    at ');
  });

  it('doctor finds what does not run', async () => {
    const { code, out } = await volley(['doctor', '--json'], { env: NOBODY });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false });
    expect(JSON.parse(out).findings).toContainEqual(expect.objectContaining({ check: 'running', ok: false }));
  });

  it.each(['serve', 'worker'])('%s says what separate processes need', async (verb) => {
    const { code, err } = await volley([verb]);
    expect(code).toBe(2);
    for (const name of ['DATABASE_URL', 'VOLLEY_SECRET', 'TEMPORAL_ADDRESS']) expect(err).toContain(name);
  });

  it('doctor --reconcile says that the local stack does it by itself', async () => {
    const { code, err } = await volley(['doctor', '--reconcile']);
    expect(code).toBe(2);
    expect(err).toContain('DATABASE_URL');
    expect(err).toContain('at every start');
  });

  it('runs on its own Node when started by an older one, and ends as that one does', async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })`;
    const node = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
    const good = await volley(['check', 'playbook'], { node });
    expect(good).toMatchObject({ code: 0, err: '' });
    expect((await volley(['plan'], { node })).code).toBe(2);
  });
});

describe('volley check', () => {
  it('passes the example', async () => {
    const { code, out } = await volley(['check', 'playbook']);
    expect(code).toBe(0);
    const [first, ...experiments] = out.trimEnd().split('\n');
    expect(first).toMatch(/^ok [0-9a-f]{12}: \d+ cadences, \d+ emails, 2 pools$/);
    expect(experiments).toHaveLength(2);
    expect(experiments[0]).toMatch(
      /^ {2}experiment step:evaluation-guide\/try-two: story 45%, numbers 45%, holdout 10%; goal .+ within P21D; an arm stops above 5% of .+ within P14D; about \d+ leads in all to tell 10% from 5%$/,
    );
  });

  it('names file, line, column, what is wrong and what was expected, for every mistake', async () => {
    const folder = await spoiled('playbook.yaml', (text) =>
      text.replace('\nroutes:', '\nroots:').replace('points: 20 }', 'points: lots }'),
    );
    const { code, out, err } = await volley(['check', folder]);
    expect(code).toBe(1);
    expect(out).toMatch(/^playbook\.yaml:\d+:\d+ .*roots.*\(expected .*\)$/m);
    expect(out).toMatch(/^playbook\.yaml:\d+:\d+ .*\(expected .*points.*\)$/m);
    expect(err).toMatch(/\d+ mistakes/);
    expect(out).not.toContain('\u001b[');
    const json = await volley(['check', folder, '--json']);
    expect(json.code).toBe(1);
    const answer = JSON.parse(json.out);
    expect(answer.ok).toBe(false);
    expect(answer.errors.length).toBeGreaterThanOrEqual(2);
    for (const error of answer.errors) {
      expect(error).toEqual({
        file: expect.any(String),
        line: expect.any(Number),
        column: expect.any(Number),
        message: expect.any(String),
        expected: expect.any(String),
      });
    }
  });

  it('colours on request only', async () => {
    const folder = await spoiled('playbook.yaml', (text) => text.replace('\nroutes:', '\nroots:'));
    expect((await volley(['check', folder], { env: { FORCE_COLOR: '1' } })).out).toContain('\u001b[');
    for (const env of [
      {},
      { CI: 'true' },
      { NO_COLOR: '1' },
      { NO_COLOR: '1', FORCE_COLOR: '1' },
      { FORCE_COLOR: '0' },
    ])
      expect((await volley(['check', folder], { env })).out, JSON.stringify(env)).not.toContain('\u001b[');
  });

  it('wants --json with --per-lead', async () => {
    const { code, err } = await volley(['simulate', 'playbook', '--from', '2026-11-23', '--per-lead']);
    expect(code).toBe(2);
    expect(err).toContain('--per-lead goes with --json');
  });

  it('answers --json for a sound playbook too', async () => {
    const { code, out } = await volley(['check', 'playbook', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ ok: true, errors: [] });
  });

  it('calls a folder that is not there wrong use', async () => {
    const { code, err } = await volley(['check', join(scratch, 'nowhere')]);
    expect(code).toBe(2);
    expect(err).toContain('nowhere');
  });
});

describe('volley simulate', () => {
  const simulate = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    volley(['simulate', 'playbook', '--from', '2026-11-23', ...args], { env });

  it('gives the same bytes in every time zone', async () => {
    const zones = ['UTC', 'America/New_York', 'Pacific/Kiritimati'];
    const runs = await Promise.all(
      zones.map((TZ) => simulate(['--days', '40', '--seed', '7', '--json', '--per-lead'], { TZ })),
    );
    expect(runs.map((run) => run.code)).toEqual([0, 0, 0]);
    expect(new Set(runs.map((run) => run.out)).size).toBe(1);
  });

  it('adds up', async () => {
    const { code, out } = await simulate(['--json']);
    expect(code).toBe(0);
    const result = JSON.parse(out);
    const sum = (of: Record<string, number>): number => Object.values(of).reduce((a, b) => a + b, 0);
    expect(sum(result.endStates)).toBe(result.leads);
    expect(sum(result.perStage)).toBe(result.leads);
    expect(result.days).toBe(90);
    for (const name of ['touches', 'tasks', 'handoffs', 'accepted', 'recycles'])
      expect(result[name]).toBeGreaterThan(0);
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining([
        'skips',
        'returns',
        'slaBreaches',
        'byDay',
        'perCadence',
        'repLoad',
        'quiet',
        'assumptions',
      ]),
    );
    expect(result.perLead).toBeUndefined();
  });

  it('shows a summary for people', async () => {
    const { code, out } = await simulate(['--days', '20']);
    expect(code).toBe(0);
    expect(out).toMatch(/\d+ leads over 20 days/);
    expect(out).toContain('at the end: ');
  });

  it.each([
    [['--days', '0'], 'whole number'],
    [['--seed', '-1'], 'whole number'],
    [['--from', '2026-02-30'], 'date that exists'],
    [['--leads', '/nowhere.csv'], 'there is no file /nowhere.csv'],
    [['--behaviour', 'package.json'], "package.json:1:1 'leads' is missing"],
    [['--signals', '/nowhere.ndjson'], 'there is no file /nowhere.ndjson'],
    [['--against', '/nowhere'], '/nowhere'],
    [['--seeds', '0'], 'whole number'],
  ])('%j is wrong use', async (args, words) => {
    const { code, out, err } = await simulate(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
  });

  it('refuses a playbook with mistakes', async () => {
    const folder = await spoiled('playbook.yaml', (text) => text.replace('\nroutes:', '\nroots:'));
    const { code, err } = await volley(['simulate', folder, '--from', '2026-11-23']);
    expect(code).toBe(1);
    expect(err).toContain('has mistakes');
  });
});
