/** How commands end when something is wrong outside: no stack, one clear line, JSON for programs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, ROOT, VOLLEY, volley } from './run.ts';

const NOBODY = { VOLLEY_URL: 'http://127.0.0.1:9' };
const STACK = /^ {4}at /m;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'volley-failures-'));
  await chmod(scratch, 0o755);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function copied(): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'playbook-'));
  await cp(join(ROOT, 'playbook'), folder, { recursive: true });
  await chmod(folder, 0o755);
  return folder;
}

/** A line of the shell, with `volley` as the command. */
function shell(line: string): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn('bash', ['-c', `volley() { "${process.execPath}" "${VOLLEY}" "$@"; }; ${line}`], {
    cwd: ROOT,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

describe('output that is not taken', () => {
  it('ends quietly, with the exit code the command has anyway', async () => {
    const folder = await copied();
    // More than a pipe holds, so that the reader is gone before the end.
    for (let n = 0; n < 300; n += 1)
      await writeFile(join(folder, 'emails', `bad-${n}.md`), `---\n${'a: 1\nb: 2\n'.repeat(3)}---\n`);
    const bad = await shell(`volley check ${folder} | head -1; echo "code \${PIPESTATUS[0]}"`);
    expect(bad.out).toMatch(/^\S+:\d+:\d+ .*\ncode 1\n$/);
    expect(bad.err).toMatch(/^\d+ mistakes\n$/);
    const good = await shell(
      `volley simulate playbook --from 2026-11-23 --json --per-lead | head -1; echo "code \${PIPESTATUS[0]}"`,
    );
    expect(good).toEqual({ code: 0, out: '{\ncode 0\n', err: '' });
  });

  it.skipIf(process.platform !== 'linux')('fails clearly on a full disk', async () => {
    const { code, err } = await shell('volley check playbook > /dev/full');
    expect({ code, err }).toEqual({
      code: 1,
      err: 'volley: the output cannot be written: no space is left on the disk\n',
    });
  });
});

describe('files that cannot be read', () => {
  it.each([[['import']], [['simulate', 'playbook', '--from', '2026-11-23', '--leads']]])(
    '%j says of a folder that it is none',
    async (args) => {
      const { code, err } = await volley([...args, scratch], { env: NOBODY });
      expect(code).toBe(2);
      expect(err).toBe(`volley: ${scratch} is a folder, not a file\n`);
    },
  );

  it.skipIf(process.platform === 'win32')('check names each that permissions keep from it', async () => {
    const folder = await copied();
    // Permissions keep nothing from root.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
    await chmod(join(folder, 'cadences'), 0);
    await chmod(join(folder, 'emails', 'roi.md'), 0);
    const { code, out } = await volley(['check', folder, '--json'], nobody);
    expect(code).toBe(1);
    const files = JSON.parse(out).errors.map(({ file, message }: { file: string; message: string }) => [file, message]);
    expect(files).toEqual([
      ['cadences', 'it cannot be read: permission denied'],
      ['emails/roi.md', 'it cannot be read: permission denied'],
    ]);
    await chmod(join(folder, 'cadences'), 0o700);
    await chmod(folder, 0);
    const closed = await volley(['check', folder], nobody);
    await chmod(folder, 0o700);
    expect(closed.code).toBe(2);
    expect(closed.err).toContain(`${folder} cannot be read: permission denied`);
  });
});

/** A Postgres server that greets everybody with this error. */
async function refusing(state: string, message: string): Promise<{ port: number; close: () => void }> {
  const fields = Buffer.from(`SFATAL\0C${state}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(Buffer.concat([head, fields])));
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, close: () => server.close() };
}

describe('an address that is not Volley’s', () => {
  it.each([200, 404, 500])('is said to be none when it answers %i', async (status) => {
    const server = createHttp((_, response) => response.writeHead(status).end('<h1>It works!</h1>')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const address = server.address();
    const VOLLEY_URL = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
    try {
      const { code, err } = await volley(['keys', 'list'], { env: { VOLLEY_URL } });
      expect(code).toBe(1);
      expect(err).toContain('did not answer as Volley does');
      expect(err).toContain('VOLLEY_URL');
    } finally {
      server.close();
    }
  });
});

describe('a Postgres server that cannot be used', () => {
  it.each([
    ['28P01', 'password authentication failed', 'does not let volley in', 'user and password'],
    ['3D000', 'database "leads" does not exist', 'has no database leads', 'createdb leads'],
    ['53300', 'sorry, too many clients already', 'refuses the connection: sorry, too many', 'DATABASE_URL'],
  ])('says why: %s', async (state, message, said, fix) => {
    const { port, close } = await refusing(state, message);
    try {
      const DATABASE_URL = `postgres://volley:wrong@127.0.0.1:${port}/leads`;
      const { code, err } = await volley(['migrate'], { env: { DATABASE_URL } });
      expect(code).toBe(1);
      expect(err).toContain(`the Postgres server at 127.0.0.1:${port} ${said}`);
      expect(err).toContain(fix);
      expect(err).not.toContain('wrong');
      expect(err).not.toContain('mistake in Volley');
    } finally {
      close();
    }
  });

  it.each([[['migrate']], [['serve']], [['worker']]])('%j says that none answers', async (args) => {
    const { code, err } = await volley(args, {
      env: {
        DATABASE_URL: 'postgres://volley:secret@127.0.0.1:9/volley',
        VOLLEY_SECRET: 'x'.repeat(32),
        TEMPORAL_ADDRESS: '127.0.0.1:9',
        AWS_REGION: 'eu-west-1',
      },
    });
    expect(code).toBe(1);
    expect(err).toContain('no Postgres server answers at 127.0.0.1:9');
    expect(err).not.toContain('secret');
    expect(err).not.toContain('mistake in Volley');
  });
});

describe('volley simulate --leads', () => {
  const PEOPLE = [
    ['Email', 'First Name'],
    ['ada@acme.example', 'Ada'],
    ['zoë@acme.example', 'Zoë'],
    ['grace@navy.example', 'Zoë'],
  ];
  const lines = (mark: string): string => PEOPLE.map((row) => row.join(mark)).join('\n');
  const json = PEOPLE.slice(1).map(([email, firstName]) => JSON.stringify({ email, firstName }));

  it.each([
    ['commas.csv', Buffer.from(lines(','))],
    ['semicolons.csv', Buffer.from(lines(';'))],
    ['tabs.txt', Buffer.from(lines('\t'))],
    ['utf-16.csv', Buffer.from(`\uFEFF${lines('\t')}`, 'utf16le')],
    ['western.csv', Buffer.from(lines(';'), 'latin1')],
    ['lines.ndjson', Buffer.from(json.join('\n'))],
  ])('reads %s as import does', async (name, bytes) => {
    await writeFile(join(scratch, name), bytes);
    const args = ['simulate', 'playbook', '--from', '2026-11-23', '--days', '2', '--json'];
    const { code, out } = await volley([...args, '--leads', join(scratch, name)]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ leads: 2, rejected: 1 });
  });

  it('plays without behaviour and reps: nobody reacts, and it says so', async () => {
    const folder = await copied();
    await rm(join(folder, 'behaviour.yaml'));
    await rm(join(folder, 'reps.yaml'));
    const { code, out, err } = await volley(['simulate', folder, '--from', '2026-11-23', '--json']);
    expect(code).toBe(0);
    const result = JSON.parse(out);
    expect(result.assumptions).toContain('Nobody reacts and no rep answers, since there is no behaviour file.');
    expect(result).toMatchObject({
      accepted: 0,
      returns: {},
      expired: expect.any(Number),
      exhausted: expect.any(Array),
    });
    expect(result.touches).toBeGreaterThan(500);
    expect(err).toContain('nobody reacts');
  });

  it('calls a workbook wrong use', async () => {
    const file = join(scratch, 'leads.xlsx');
    await writeFile(file, Buffer.from([0x50, 0x4b, 0x03, 0x04, 0]));
    const { code, err } = await volley(['simulate', 'playbook', '--from', '2026-11-23', '--leads', file]);
    expect(code).toBe(2);
    expect(err).toContain('an Excel workbook');
  });
});

describe('--json', () => {
  it.each([
    [['check', 'nope', '--json'], 2, 'no-playbook-folder'],
    [['simulate', 'nope', '--from', '2026-11-23', '--json'], 2, 'no-playbook-folder'],
    [['simulate', 'playbook', '--json'], 2, 'wrong-use'],
    [['plan', 'x', '--json'], 2, 'not-in-this-version'],
    [['apply', 'playbook', '--json'], 1, 'unreachable'],
    [['keys', 'list', '--json'], 1, 'unreachable'],
  ])('%j answers in JSON', async (args, exit, error) => {
    const { code, out, err } = await volley(args, { env: NOBODY });
    expect(code).toBe(exit);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { code: error, message: expect.any(String) } });
    expect(err).not.toBe('');
    expect(err).not.toMatch(STACK);
  });

  it.each([[['simulate', '--from', '2026-11-23']], [['apply']]])(
    '%j lists the mistakes of a playbook',
    async (args) => {
      const folder = await copied();
      await writeFile(join(folder, 'emails', 'roi.md'), Buffer.from([0xff, 0xfe, 0x41, 0]));
      const { code, out } = await volley([...args, folder, '--json'], { env: NOBODY });
      expect(code).toBe(1);
      expect(JSON.parse(out)).toEqual({
        ok: false,
        errors: [
          {
            file: 'emails/roi.md',
            line: 1,
            column: 1,
            message: 'the file is UTF-16, not UTF-8',
            expected: 'text, saved as UTF-8',
          },
        ],
      });
    },
  );

  it('leaves help as it is', async () => {
    const { code, out } = await volley(['check', '--json', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: volley check/);
  });
});
