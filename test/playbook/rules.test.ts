import { describe, expect, it } from 'vitest';
import { compiled, guide, MINIMAL, minimal, mistakes, warnings } from './support.ts';

const first = (files: Parameters<typeof mistakes>[0]): string => mistakes(files)[0] ?? 'no mistake';

describe('a playbook', () => {
  it('needs a playbook.yaml', () => {
    expect(mistakes({})).toEqual([
      'playbook.yaml:1:1 there is no playbook.yaml (expected a file playbook.yaml with at least company and stages)',
    ]);
  });

  it('says nothing against the smallest one', () => {
    expect(mistakes(minimal())).toEqual([]);
    expect(warnings(minimal())).toEqual([]);
  });

  it('cannot go out without a postal address', () => {
    const text = MINIMAL['playbook.yaml'].replace(/ {2}postalAddress: .*\n/, '');
    expect(first(minimal('', { 'playbook.yaml': text }))).toMatch(/^playbook\.yaml:1:1 'postalAddress' is missing/);
  });

  it('reports every YAML mistake of a file, and goes on with the other files', () => {
    const found = mistakes({
      ...minimal(),
      'cadences/guide.yaml': 'cadence: guide\npurpose: "marketing\nsteps: [\n',
      'cadences/other.yaml': 'cadence: other\npurpose: marketing\nsteps:\n  - { id: a, email: none }\n',
    });
    expect(found.filter((line) => line.startsWith('cadences/guide.yaml')).length).toBeGreaterThan(0);
    expect(found).toContain("cadences/other.yaml:4:21 unknown email 'none' (expected one of hello)");
  });

  it('blames no name on a playbook.yaml that cannot be read', () => {
    const found = mistakes({
      ...MINIMAL,
      'playbook.yaml': 'company: [',
      ...guide(`goal: "mql && seen('x.y')"\nsteps:\n  - { id: a, handoff: warm }\n`),
    });
    expect(found.every((line) => line.startsWith('playbook.yaml:'))).toBe(true);
  });

  it('has each key once', () => {
    expect(mistakes(minimal('stages: []\n')).join()).toContain('playbook.yaml:11:1 the key stages is there twice');
  });

  it('has no aliases, so that none can explode', () => {
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`;
    expect(mistakes(minimal(bomb)).filter((line) => line.includes('alias'))).toHaveLength(4);
  });

  it('is refused, not crashed on, when it nests without end', () => {
    expect(first(minimal('', { 'playbook.yaml': '['.repeat(50_000) }))).toMatch(/nested too deeply|valid YAML/);
    const deep = `x: ${'{ a: '.repeat(200)}1${' }'.repeat(200)}\n`;
    expect(first(minimal(deep))).toContain('it is nested too deeply');
  });

  it.each([
    '../playbook.yaml',
    'emails/../../etc/passwd',
    '/etc/passwd',
    'emails\\x.md',
    'emails//x.md',
    'emails/x\0.md',
  ])('has no file %j', (path) => {
    expect(mistakes({ ...minimal(), [path]: 'x' }).join()).toContain('this is no path inside a playbook');
  });

  it.each([
    ['emails/welcome.deutsch.md', "'deutsch' is no language tag"],
    ['cadences/guide.yml', 'a playbook has no file of this name'],
    ['emails/Hello.md', 'a playbook has no file of this name'],
  ])('says why %s is no file of it', (path, message) => {
    expect(mistakes({ ...minimal(), [path]: '' }).join()).toContain(message);
  });

  it('leaves out other files, with a warning', () => {
    expect(mistakes({ ...minimal(), 'README.md': '' })).toEqual([]);
    expect(warnings({ ...minimal(), 'README.md': '' }).join()).toContain('no part of a playbook');
  });

  it('has no enormous file', () => {
    expect(first({ ...minimal(), 'emails/big.md': 'x'.repeat(70_000) })).toContain('the file has 70000 bytes');
  });
});

describe('references', () => {
  const handoffs = `slas: { warm: { accept: PT4H } }
pools:
  - { id: emea, when: "lead.country == 'GB'", reps: [a@northwind.example] }
  - { id: rest, when: "true", reps: [b@northwind.example] }
`;

  it('to handoffs, SLAs, pools and cadences must lead somewhere', () => {
    const found = mistakes(
      minimal(
        `${handoffs}handoffs: { warm: { sla: worm, pools: [emea, rst], cadence: giude } }
routes: [ { id: r, when: "true", handoff: hot } ]
returns: { later: { recycle: gide } }
`,
      ),
    );
    expect(found.map((line) => /unknown .*?'.*?'/.exec(line)?.[0])).toEqual([
      "unknown SLA 'worm'",
      "unknown pool 'rst'",
      "unknown cadence 'giude'",
      "unknown handoff 'hot'",
      "unknown cadence 'gide'",
    ]);
  });

  it('need a last pool that takes every lead', () => {
    const list = (pools: string) => minimal(`${handoffs}handoffs: { warm: { sla: warm, pools: [${pools}] } }\n`);
    expect(mistakes(list('emea, rest'))).toEqual([]);
    expect(first(list('emea'))).toContain('a lead may fit none of these pools');
    expect(first(list('rest, emea'))).toContain("no lead gets as far as 'emea'");
  });

  it('to emails must exist, and emails nobody sends are warned of', () => {
    const files = minimal('', { ...guide('steps:\n  - { id: a, email: helo }\n') });
    expect(first(files)).toBe(
      "cadences/guide.yaml:4:21 unknown email 'helo', did you mean 'hello'? (expected one of hello)",
    );
    expect(warnings(files).join()).toContain("no cadence sends the email 'hello'");
  });

  it('to the email before, by `thread: previous`, need one: nothing before on any way is warned of', () => {
    const again = { 'emails/again.md': '---\nsubject: Again\nphase: call-to-action\nthread: previous\n---\nAgain\n' };
    const files = (steps: string) => minimal('', { ...guide(`steps:\n${steps}`), ...again });
    const warned = 'is to answer in the thread of the email before, and none goes before it here';
    const after = files('  - { id: a, email: hello }\n  - { id: b, email: again }\n');
    expect([mistakes(after), warnings(after)]).toEqual([[], []]);
    const branch =
      '  - { id: w, waitFor: "seen(\'demo.requested\')", upTo: P1D, then: [{ id: a, email: hello }], else: [] }\n';
    expect(warnings(files(`${branch}  - { id: b, email: again }\n`))).toEqual([]);
    expect(warnings(files('  - { id: b, email: again }\n  - { id: a, email: hello }\n'))).toEqual([
      expect.stringContaining(`cadences/guide.yaml:4:21 'again' ${warned}`),
    ]);
    const inArm =
      '  - { id: w, waitFor: "seen(\'demo.requested\')", upTo: P1D, then: [{ id: a, email: hello }], else: [{ id: b, email: again }] }\n';
    expect(warnings(files(inArm)).join()).toContain(warned);
    const odd = minimal('', { 'emails/hello.md': '---\nsubject: A\nphase: call-to-action\nthread: first\n---\nA\n' });
    expect(first(odd)).toContain('previous');
  });

  it('a rep can look at an email first, by a deadline, where there is a pool with reps', () => {
    const pools = 'pools: [{ id: rest, when: "true", reps: [rep-1@northwind.example] }]\n';
    const review = (said: string, more = pools) =>
      minimal(more, { 'emails/hello.md': `---\nsubject: A\nphase: call-to-action\nreview: ${said}\n---\nA\n` });
    const built = (said: string) => compiled(review(said)).emails['hello']?.review;
    expect(built('rep')).toMatchObject({ else: 'skip' });
    expect(built('{ by: rep }')).toEqual(built('rep'));
    expect(built('{ by: rep, due: { working: P1D } }')).toEqual(built('rep'));
    expect(built('{ by: rep, due: P3D, else: send }')).toEqual({ due: { plain: 'P3D' }, else: 'send' });
    expect(first(review('manager'))).toMatch(/^emails\/hello\.md:4:9 .*"rep", or \{ by: rep, due/);
    expect(first(review('{ by: rep, else: wait }'))).toMatch(/^emails\/hello\.md:4:/);
    expect(first(review('rep', ''))).toBe(
      "emails/hello.md:4:1 nobody can look at this email: the playbook has no pools (expected 'pools' in playbook.yaml, or no 'review' here)",
    );
  });

  it('of events must be ones that happen', () => {
    const entry = (on: string) => minimal('', guide(`entry: { on: ${on} }\nsteps:\n  - { id: a, email: hello }\n`));
    expect(mistakes(entry('handoff.accepted'))).toEqual([]);
    expect(mistakes(entry('stage.evaluating'))).toEqual([]);
    expect(first(entry('stage.buying'))).toContain("unknown stage 'buying'");
    expect(first(entry('task.done'))).toContain("unknown event 'task.done'");
  });
});

describe('an entry', () => {
  it('says who enters', () => {
    const entry = (text: string) =>
      mistakes(minimal('', guide(`entry: ${text}\nsteps:\n  - { id: a, email: hello }\n`)));
    expect(entry('{ again: once }')).toEqual([expect.stringContaining('nobody can enter by this rule')]);
    expect(entry('{}')).toEqual([expect.stringContaining('nobody can enter by this rule')]);
  });

  it('is not about steps of the cadence, which the lead is not in yet', () => {
    const files = minimal('', guide(`entry: { when: "clicked('a')" }\nsteps:\n  - { id: a, email: hello }\n`));
    expect(mistakes(files)).toEqual([expect.stringContaining('clicked() is about a step of a cadence')]);
  });
});

describe('returns', () => {
  it('recycle or disqualify, and pause only before a cadence', () => {
    const found = mistakes(
      minimal('returns: { a: {}, b: { recycle: guide, disqualify: true }, c: { disqualify: true, after: P3D } }\n'),
    );
    expect(found).toEqual([
      expect.stringContaining('this return leads nowhere'),
      expect.stringContaining('recycles or disqualifies, not both'),
      expect.stringContaining('there is no cadence to pause before'),
    ]);
  });

  it('warn of a cadence that does not run where the lead then is', () => {
    const files = minimal('returns: { a: { recycle: guide } }\n', {
      'cadences/guide.yaml': 'cadence: guide\npurpose: sales\nsteps:\n  - { id: a, email: hello }\n',
    });
    expect(warnings(files).join()).toContain('does not run while marketing has the lead');
  });
});

describe('steps', () => {
  const steps = (lines: string) => mistakes(minimal('', guide(`steps:\n${lines}`)));

  it('have ids of their own, through all blocks', () => {
    const found = steps(`  - { id: a, email: hello }
  - { id: b, waitFor: "clicked('a')", upTo: P1D, then: [ { id: a, wait: P1D } ] }
`);
    expect(found).toEqual(["cadences/guide.yaml:5:64 the step 'a' is there twice (expected each step once)"]);
  });

  it('after a recycle are never got to', () => {
    expect(
      steps(
        '  - { id: w, wait: P1D }\n  - { id: r, recycle: guide }\n  - { id: a, email: hello }\n  - { id: b, wait: P1D }\n',
      ),
    ).toEqual([expect.stringContaining("6:5 no lead gets to the step 'a'")]);
  });

  it('after a branch whose every arm recycles are never got to', () => {
    const arms = (otherwise: string) => `  - { id: w, wait: P1D }
  - { id: b, branch: [ { when: "lead.freemail", steps: [ { id: r, recycle: guide } ] }, ${otherwise} ] }
  - { id: a, email: hello }
`;
    expect(steps(arms('{ else: true, steps: [ { id: s, recycle: guide } ] }'))).toEqual([
      expect.stringContaining("no lead gets to the step 'a'"),
    ]);
    expect(steps(arms('{ else: true, steps: [] }'))).toEqual([]);
    expect(steps(arms(`{ when: "seen('demo.requested')", steps: [ { id: s, recycle: guide } ] }`))).toEqual([]);
  });

  it('after a handoff or task of which every end recycles are never got to', () => {
    const out = (names: string[]) => names.map((name, n) => `${name}: [ { id: r${n}, recycle: guide } ]`).join(', ');
    const task = (names: string[]) =>
      steps(
        `  - { id: t, task: { kind: call, title: Call, due: P1D }, outcomes: { ${out(names)} } }\n  - { id: a, email: hello }\n`,
      );
    expect(task(['else', 'expired'])).toEqual([expect.stringContaining("no lead gets to the step 'a'")]);
    expect(task(['connected', 'expired'])).toEqual([]);
  });

  it('skipped by a wait may follow a recycle', () => {
    expect(
      steps(`  - { id: w, wait: { until: meeting.at, offset: -P1D, orElse: skip } }
  - { id: x, task: { kind: call, title: Call, due: P1D } }
  - { id: a, email: hello }
`),
    ).toEqual([]);
    expect(steps('  - { id: w, wait: { until: meeting.at, orElse: skip } }\n')).toEqual([
      expect.stringContaining('there is no step to skip after this wait'),
    ]);
  });

  it('come in arms, the one for the rest last', () => {
    const found = steps(
      '  - { id: b, branch: [ { else: true, steps: [] }, { when: "lead.freemail", steps: [] }, { steps: [] } ] }\n',
    );
    expect(found).toEqual([
      expect.stringContaining('no lead gets to this arm'),
      expect.stringContaining('no lead gets to this arm'),
      expect.stringContaining('this arm has no condition'),
    ]);
  });

  it('split by weights above zero, among at least one arm', () => {
    expect(steps('  - { id: s, split: { arms: { a: { weight: 0, steps: [] } }, holdout: -1 } }\n')).toEqual([
      expect.stringContaining("'weight' is wrong: 0 (expected a weight, above zero"),
      expect.stringContaining("'holdout' is wrong: -1"),
    ]);
    expect(steps('  - { id: s, split: { arms: {} } }\n')).toEqual([expect.stringContaining('this split has no arms')]);
  });

  it('do one thing each, and a thing that exists', () => {
    expect(steps('  - { id: a, email: hello, wait: P1D }\n  - { id: b }\n  - { id: c, mail: hello }\n  - 7\n')).toEqual(
      [
        expect.stringContaining('4:5 a step does one thing, this has email and wait'),
        expect.stringContaining("5:5 the step 'b' does nothing"),
        expect.stringContaining("6:14 unknown key 'mail', did you mean 'email'?"),
        expect.stringContaining('7:5 this entry is wrong: 7'),
      ],
    );
  });

  it('say their own mistakes, not those of other kinds of step', () => {
    expect(
      steps(
        '  - { id: a, wait: { until: meting.at } }\n  - { id: b, wait: { working: P1M } }\n  - { id: c, split: 3 }\n',
      ),
    ).toEqual([
      `cadences/guide.yaml:4:29 'until' is wrong: "meting.at", did you mean 'meeting.at'? (expected "meeting.at" or "deal.renewsAt")`,
      expect.stringContaining(`5:31 'working' is wrong: "P1M"`),
      expect.stringContaining("6:21 'split' is wrong: 3"),
    ]);
  });
});

describe('a webhook', () => {
  const told = (step: string) => minimal('', guide(`steps:\n  - { id: m, email: hello }\n  - ${step}\n`));

  it('has a name, and data that goes as it stands', () => {
    const step = '{ id: w, webhook: seats-sold, data: { team: onboarding, seats: 5, trial: false } }';
    expect(mistakes(told(step))).toEqual([]);
    expect(compiled(told(step)).cadences['guide']?.steps['w']).toEqual({
      id: 'w',
      kind: 'webhook',
      name: 'seats-sold',
      data: { team: 'onboarding', seats: 5, trial: false },
      next: null,
    });
    expect(compiled(told('{ id: w, webhook: bare }')).cadences['guide']?.steps['w']).toMatchObject({ data: {} });
  });

  it('is no address, and holds no templates and no lists', () => {
    expect(mistakes(told('{ id: w, webhook: "https://crm.example/hook" }'))).toHaveLength(1);
    for (const value of ['"{{ lead.company }}"', '"{% if x %}"', '[a]', '{ b: c }']) {
      expect(mistakes(told(`{ id: w, webhook: told, data: { a: ${value} } }`))).toEqual([
        expect.stringContaining('without templates'),
      ]);
    }
  });
});

describe('pick and enroll', () => {
  const told = (step: string, email = '') =>
    minimal('', {
      ...guide(`steps:\n  - { id: m, email: hello }\n  - ${step}\n`),
      'emails/case.md': `---\nsubject: Case\nphase: thought-leadership\ntopic: case-study\n${email}---\nHello\n`,
    });

  it('name things that exist', () => {
    expect(mistakes(told('{ id: p, enroll: gide }'))).toEqual([
      expect.stringContaining("5:22 unknown cadence 'gide', did you mean 'guide'?"),
    ]);
    expect(warnings(told('{ id: p, pick: { topic: case-studi } }'))).toContainEqual(
      expect.stringContaining("5:29 no email has the topic 'case-studi', did you mean 'case-study'?"),
    );
    expect(mistakes(told('{ id: p, pick: { topic: case-study, fits: [role, role] } }'))).toEqual([
      expect.stringContaining("the fit 'role' is there twice"),
    ]);
    expect(mistakes(told('{ id: p, pick: { topic: case-study } }', 'stages: [evaluating, deciding]\n'))).toEqual([
      expect.stringContaining("emails/case.md:5:22 unknown stage 'deciding'"),
    ]);
  });

  it('make an email used, and a step whose links can be clicked', () => {
    const files = told(`{ id: p, pick: { topic: case-study } }\n  - { id: f, waitFor: "clicked('p')", upTo: P1D }`);
    expect(mistakes(files)).toEqual([]);
    expect(warnings(files)).toEqual([]);
  });

  it('fill in their defaults', () => {
    const { cadences, emails } = compiled(told('{ id: p, pick: { topic: case-study } }', 'roles: [it]\n'));
    expect(cadences['guide']?.steps['p']).toEqual({
      id: 'p',
      kind: 'pick',
      topic: 'case-study',
      fits: ['role', 'stage', 'phase', 'place', 'time'],
      onExhausted: 'continue',
      next: null,
    });
    expect(emails['case']).toMatchObject({ roles: ['it'] });
  });
});

describe('expiry and caps', () => {
  const said = (line: string) => mistakes(minimal(`${line}\n`));

  it('a last call is a cadence and a time within the silence', () => {
    expect(said('expiry: { after: P30D, cadence: guide, warn: P7D }')).toEqual([]);
    expect(said('expiry: { after: P30D }')).toEqual([]);
    expect(said('expiry: { after: P30D, warn: P7D }')).toEqual([
      expect.stringContaining("a last call has 'cadence' and 'warn', and here is no 'cadence'"),
    ]);
    expect(said('expiry: { after: P30D, cadence: guide }')).toEqual([expect.stringContaining("here is no 'warn'")]);
    expect(said('expiry: { after: P30D, cadence: gide, warn: P30D }')).toEqual([
      expect.stringContaining("unknown cadence 'gide'"),
      expect.stringContaining('this is no shorter than the silence (expected less than P30D)'),
    ]);
    expect(said('expiry: { after: P30D, not: [customer] }')).toEqual([
      expect.stringContaining("unknown stage 'customer'"),
    ]);
    expect(said('expiry: { after: P30D, not: [open-deal] }')).toEqual([]);
    const sales =
      guide('steps:\n  - { id: a, email: hello }\n')['cadences/guide.yaml']?.replace('marketing', 'sales') ?? '';
    expect(
      warnings(minimal('expiry: { after: P30D, cadence: guide, warn: P7D }\n', { 'cadences/guide.yaml': sales })),
    ).toContainEqual(expect.stringContaining('does not run while marketing has the lead'));
  });

  it('a cap has whole numbers and a span', () => {
    expect(said('caps: { lead: { touches: 3, per: P7D }, count: [email], onCap: defer }')).toEqual([]);
    expect(said('caps: { lead: { touches: 0, per: P7D } }')).toEqual([
      expect.stringContaining("'touches' is wrong: 0"),
    ]);
    expect(said('caps: { lead: { touches: 3, per: 7D }, onCap: drop }')).toHaveLength(2);
    expect(said('caps: { account: { touches: 3, per: P7D } }')).toEqual([]);
    expect(said('caps: { account: { touches: 101, per: P7D } }')).toEqual([
      expect.stringContaining("'touches' is wrong: 101"),
    ]);
  });
});

describe('sending', () => {
  const said = (line: string, window = '') =>
    mistakes(minimal(`${line}\n`, guide(`${window}\nsteps:\n  - { id: a, email: hello }\n`)));

  it('has quiet hours, over midnight too, and holidays by country', () => {
    expect(said('sending: { quietHours: { from: "20:00", to: "08:00" }, holidays: { GB: [2026-12-25] } }')).toEqual([]);
    expect(said('sending: { quietHours: { from: "20:00", to: "20:00" } }')).toEqual([
      expect.stringContaining('this is quiet all day: no mail would ever go'),
    ]);
    expect(said('sending: { holidays: { UK: [2026-12-25] } }')).toEqual([expect.stringContaining('ISO 3166')]);
    expect(said('sending: { holidays: { GB: [2026-02-30] } }')).toEqual([
      expect.stringContaining('a date that exists'),
    ]);
    expect(said('sending: { holidays: { GB: [2026-12-25, 2026-12-25] } }')).toEqual([
      expect.stringContaining("the date '2026-12-25' is there twice"),
    ]);
  });

  it('warms up a domain that mail is from, by days that grow', () => {
    const rule = (text: string, domain = 'northwind.example') =>
      said(`sending: { warmUp: { ${domain}: { ${text} } } }`);
    expect(rule('from: 2026-11-02, days: [50, 50, 100], perReceiver: [20, 30, 30]')).toEqual([]);
    expect(rule('from: 2026-11-02, days: [50, 40]')).toEqual([
      expect.stringContaining('day 2 of a warm-up allows less than the day before, 50 (expected at least 50)'),
    ]);
    expect(rule('from: 2026-11-02, days: [50, 60], perReceiver: [20]')).toEqual([
      expect.stringContaining('perReceiver has 1 of the 2 days'),
    ]);
    expect(rule('from: 2026-11-02, days: [50], perReceiver: [60]')).toEqual([
      expect.stringContaining('60 to one mail domain are more than the 50 of the day'),
    ]);
    expect(rule('from: 2026-11-02, days: [50]', 'northwnd.example')).toEqual([
      expect.stringContaining('no mail is sent from northwnd.example'),
    ]);
    expect(rule('from: "2026-11-02T09:00:00", days: [50]')).toEqual([expect.stringContaining('a date that exists')]);
    expect(rule('from: 2026-11-02, days: []')).toEqual([expect.stringContaining('messages of each day')]);
    expect(rule('from: 2026-11-02, days: [0, 10]')).toEqual([expect.stringContaining('a whole number above zero')]);
  });

  it('leaves every window some time', () => {
    const night = 'sending: { quietHours: { from: "20:00", to: "08:00" } }';
    expect(said(night, 'window: { from: "06:00", to: "08:00" }')).toEqual([
      expect.stringContaining('the window 06:00 to 08:00 lies in the quiet hours, 20:00 to 08:00'),
    ]);
    expect(said(night, 'window: { from: "06:00", to: "08:01" }')).toEqual([]);
    expect(said('sending: { quietHours: { from: "08:00", to: "18:00" } }')).toEqual([
      expect.stringMatching(/^cadences\/guide\.yaml:1:.* the window 09:00 to 17:00 lies in the quiet hours/),
    ]);
  });
});

describe('circles without time', () => {
  const two = (a: string, b: string) =>
    mistakes(
      minimal('', {
        'cadences/a.yaml': `cadence: a\npurpose: marketing\nsteps:\n${a}  - { id: on, recycle: b }\n`,
        'cadences/b.yaml': `cadence: b\npurpose: marketing\nsteps:\n${b}  - { id: on, recycle: a }\n`,
      }),
    );

  it('of cadences that recycle into each other are refused', () => {
    const found = two('  - { id: m, email: hello }\n', '');
    expect(found).toHaveLength(2);
    expect(found[0]).toContain("cadences/a.yaml:5:24 'a' and 'b' lead into each other without any time passing");
  });

  it('are fine with a wait on the way', () => {
    expect(two('  - { id: w, wait: P30D }\n', '')).toEqual([]);
  });

  it('of enrolling in each other are refused, of a topic that may be exhausted too', () => {
    const found = mistakes(
      minimal('', {
        'cadences/a.yaml':
          'cadence: a\npurpose: marketing\nsteps:\n  - { id: on, enroll: b }\n  - { id: w, wait: P1D }\n',
        'cadences/b.yaml':
          'cadence: b\npurpose: marketing\nsteps:\n  - { id: on, enroll: a }\n  - { id: w, wait: P1D }\n',
      }),
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toContain("cadences/a.yaml:4:23 'a' and 'b' lead into each other without any time passing");
    const always = (pick: string) =>
      mistakes(
        minimal('', guide(`entry: { when: "true", again: always }\nsteps:\n  - ${pick}\n  - { id: w, wait: P1D }\n`)),
      );
    expect(always('{ id: m, pick: { topic: x }, onExhausted: end }')).toEqual([
      expect.stringContaining('again and again at one instant'),
    ]);
    expect(always('{ id: m, pick: { topic: x } }')).toEqual([]);
  });

  it('of entering always are refused', () => {
    const always = (steps: string) =>
      mistakes(minimal('', guide(`entry: { when: "true", again: always }\nsteps:\n${steps}`)));
    expect(always('  - { id: m, email: hello }\n')).toEqual([
      expect.stringContaining('again and again at one instant'),
    ]);
    expect(always('  - { id: w, wait: P1D }\n')).toEqual([]);
  });
});

describe('windows and hours', () => {
  it('end after they start, on days that exist', () => {
    const window = (text: string) =>
      mistakes(minimal('', guide(`window: ${text}\nsteps:\n  - { id: a, email: hello }\n`)));
    expect(window('{ days: [tue], from: "09:00", to: "16:00", zone: lead, else: [country] }')).toEqual([]);
    expect(window('{ from: "16:00", to: "16:00" }')).toEqual([
      expect.stringContaining('nothing fits between 16:00 and 16:00'),
    ]);
    expect(window('{ from: "18:00" }')).toEqual([expect.stringContaining('nothing fits between 18:00 and 17:00')]);
    expect(window('{ days: [] }')).toEqual([expect.stringContaining('an empty list')]);
    expect(window('{ days: [mon, mon] }')).toEqual([expect.stringContaining("the day 'mon' is there twice")]);
    expect(window('{ to: "25:00" }')).toEqual([expect.stringContaining(`'to' is wrong: "25:00"`)]);
  });
});

describe('a step that tells a person', () => {
  const telling = (step: string): Record<string, string> => ({
    ...MINIMAL,
    ...guide(`steps:\n  - ${step}\n`),
  });

  it('names somebody, and says something', () => {
    expect(first(telling('{ id: a, notify: boss, title: "x" }'))).toContain(
      '"rep", "manager", "marketing", "sales", or an address',
    );
    expect(first(telling('{ id: a, notify: rep }'))).toContain("'title' is missing");
  });

  it('uses fields that there are', () => {
    expect(first(telling('{ id: a, notify: a@b.example, title: "{{ lead.nmae }}" }'))).toContain(
      "unknown field 'lead.nmae'",
    );
    expect(first(telling('{ id: a, notify: a@b.example, title: "x", body: "{{ unsubscribeUrl }}" }'))).toContain(
      "unknown variable 'unsubscribeUrl'",
    );
  });

  it('needs an address for the teams', () => {
    expect(first(telling('{ id: a, notify: sales, title: "x" }'))).toContain('nobody is named for sales');
    expect(mistakes(telling('{ id: a, notify: rep, title: "x" }'))).toEqual([]);
    expect(warnings(telling('{ id: a, notify: rep, title: "x" }')).join()).toContain(
      'while no rep has the lead, nobody is told',
    );
  });
});

describe('the schedule of the meeting report', () => {
  const scheduled = (report: string): string[] =>
    mistakes(minimal(`agreed: { marketing: a@b.example, sales: c@d.example, report: ${report} }\n`));

  it('is by the week or the month', () => {
    expect(scheduled('{ every: week }')).toEqual([]);
    expect(scheduled('{ every: month, on: 28, at: "07:30" }')).toEqual([]);
    for (const wrong of [
      '{ every: day }',
      '{ every: week, on: 1 }',
      '{ every: month, on: 31 }',
      '{ every: month, on: mon }',
      '{ at: "08:00" }',
      '{ every: week, at: "8" }',
    ])
      expect(scheduled(wrong), wrong).not.toEqual([]);
  });
});
