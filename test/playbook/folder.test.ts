/** Nothing in a playbook's folder is left out without a word, and no file hides the mistakes of another. */
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileRead, formatProblem, hashFiles, readPlaybookFolder } from '../../src/playbook/index.ts';
import { MINIMAL } from './support.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'volley-playbook-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}

/** What `check` says of the folder, a line each. */
async function said(): Promise<{ errors: string[]; warnings: string[] }> {
  const compiled = compileRead(await readPlaybookFolder(dir));
  return {
    errors: compiled.ok ? [] : compiled.errors.map(formatProblem),
    warnings: compiled.warnings.map(formatProblem),
  };
}

describe('a playbook folder', () => {
  it('is read with whatever lies where cadences and emails belong', async () => {
    await write({
      'playbook.yaml': 'a',
      'emails/x.mjml': 'b',
      'emails/.hidden': 'c',
      'leads.csv': 'd',
      'reps.yaml': 'e',
    });
    expect((await readPlaybookFolder(dir)).files).toEqual({ 'playbook.yaml': 'a', 'emails/x.mjml': 'b' });
  });

  it('may lack everything: the check says so', async () => {
    expect(await readPlaybookFolder(dir)).toMatchObject({ files: {}, problems: [], warnings: [] });
  });

  it('must be there, and be a folder', async () => {
    await expect(readPlaybookFolder(join(dir, 'none'))).rejects.toMatchObject({ code: 'no-playbook-folder' });
    await write({ file: '' });
    await expect(readPlaybookFolder(join(dir, 'file'))).rejects.toThrow('it is no folder');
  });

  it('may be of links, to files and to folders', async () => {
    await write(MINIMAL);
    const plain = hashFiles((await readPlaybookFolder(dir)).files);
    for (const path of ['playbook.yaml', 'cadences/guide.yaml', 'emails']) {
      await rename(join(dir, path), join(dir, 'moved.txt'));
      await rename(join(dir, 'moved.txt'), join(dir, `elsewhere-${path.replace('/', '-')}.txt`));
      await symlink(join(dir, `elsewhere-${path.replace('/', '-')}.txt`), join(dir, path));
    }
    expect(hashFiles((await readPlaybookFolder(dir)).files)).toBe(plain);
    expect(await said()).toEqual({ errors: [], warnings: [] });
  });

  it('names links that lead nowhere or round in a circle, and believes in what they stand for', async () => {
    await write(MINIMAL);
    await rm(join(dir, 'emails/hello.md'));
    await symlink('gone.md', join(dir, 'emails/hello.md'));
    await symlink('round.yaml', join(dir, 'cadences/round.yaml'));
    expect((await said()).errors).toEqual([
      'cadences/round.yaml:1:1 it cannot be read: its links lead round in a circle (expected something that Volley may read)',
      'emails/hello.md:1:1 the link to gone.md leads nowhere (expected a link to a file)',
    ]);
  });

  it('names folders where files belong', async () => {
    await write({ ...MINIMAL, 'emails/archive/old.md': 'x', 'cadences/x.yaml/y': 'x' });
    expect((await said()).errors).toEqual([
      'cadences/x.yaml:1:1 this is a folder, and what is in it is not read (expected files, cadences/NAME.yaml)',
      'emails/archive:1:1 this is a folder, and what is in it is not read (expected files, emails/NAME.md or emails/NAME.mjml)',
    ]);
  });

  it.each([
    ['cadances', 'cadences'],
    ['email', 'emails'],
    ['Cadences', 'cadences'],
  ])('asks whether %s was to be %s', async (wrong, right) => {
    await write({ ...MINIMAL, [`${wrong}/x.${right === 'emails' ? 'md' : 'yaml'}`]: 'x' });
    expect((await said()).errors).toEqual([
      `${wrong}:1:1 a playbook has no folder of this name, did you mean '${right}'? (expected the folder ${right})`,
    ]);
  });

  it('warns of YAML that counts for nothing', async () => {
    await write({ ...MINIMAL, 'journeys/x.yaml': 'x', 'guide.yaml': 'x', 'docs/notes.md': 'x', 'README.md': 'x' });
    const { errors, warnings } = await said();
    expect(errors).toEqual([]);
    expect(warnings.map((line) => line.split(' (')[0])).toEqual([
      'guide.yaml:1:1 this file is no part of a playbook and is left out',
      'journeys:1:1 this folder is no part of a playbook and is left out',
    ]);
  });

  it('names playbook.yaml by another name, or as a folder', async () => {
    await write({ 'playbook.yml': 'x', emails: 'x' });
    await mkdir(join(dir, 'playbook.yaml'));
    expect((await said()).errors).toEqual([
      'playbook.yaml:1:1 this is a folder (expected a file playbook.yaml)',
      'emails:1:1 this is a file (expected a folder of files, emails/NAME.md or emails/NAME.mjml)',
      expect.stringMatching(/^playbook\.yml:1:1 a playbook has no file of this name/),
    ]);
  });

  it('says of each file that is no text what it is, among all other mistakes', async () => {
    const utf16 = Buffer.from(`\uFEFF${MINIMAL['emails/hello.md']}`, 'utf16le');
    await write({
      ...MINIMAL,
      'emails/hello.md': utf16,
      'emails/naked.md': utf16.subarray(2),
      'emails/latin.md': Buffer.from('---\nsubject: Café\n---\n', 'latin1'),
      'emails/binary.md': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 1, 0, 0, 7]),
      'emails/large.md': 'x'.repeat(70_000),
      'emails/logo.png': Buffer.from([0x89, 0x50, 0, 0, 1]),
      'cadences/other.yaml': 'cadence: other\npurpos: marketing\nsteps: []\n',
    });
    expect((await said()).errors.map((line) => line.split(' (')[0])).toEqual([
      "cadences/other.yaml:1:1 'purpose' is missing",
      "cadences/other.yaml:2:1 unknown key 'purpos', did you mean 'purpose'?",
      "cadences/other.yaml:3:8 'steps' is wrong: an empty list",
      'emails/binary.md:1:1 the file is no text',
      'emails/hello.md:1:1 the file is UTF-16, not UTF-8',
      'emails/large.md:1:1 the file has 70000 bytes',
      'emails/latin.md:1:1 the file is not UTF-8 text',
      'emails/logo.png:1:1 a playbook has no file of this name',
      'emails/naked.md:1:1 the file is UTF-16, not UTF-8',
    ]);
  });

  it('holds a thousand files at most', async () => {
    const many = Array.from({ length: 1_001 }, (_, n) => [`emails/e-${n}.md`, MINIMAL['emails/hello.md']] as const);
    await write(Object.fromEntries(many));
    const { files, problems } = await readPlaybookFolder(dir);
    expect(Object.keys(files)).toHaveLength(1_000);
    expect(problems.map(formatProblem)).toEqual([
      'playbook.yaml:1:1 the playbook has 1001 files (expected at most 1000 files)',
    ]);
  });
});
