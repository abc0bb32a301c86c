import { describe, expect, it } from 'vitest';
import { createPlaybookCache, hashFiles, type PlaybookFiles } from '../../src/playbook/index.ts';
import { MINIMAL, minimal } from './support.ts';

describe('the hash of a playbook', () => {
  it('is of its text: line ends, byte order marks and other files do not count', () => {
    const windows: PlaybookFiles = {
      'README.md': 'x',
      ...Object.fromEntries(
        Object.entries(MINIMAL).map(([path, text]) => [path, `\uFEFF${text.replaceAll('\n', '\r\n')}`]),
      ),
    };
    expect(hashFiles(windows)).toBe(hashFiles(MINIMAL));
    expect(hashFiles(MINIMAL)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not depend on the order of files', () => {
    expect(hashFiles(Object.fromEntries(Object.entries(MINIMAL).reverse()))).toBe(hashFiles(MINIMAL));
  });

  it('changes with any word, and with what is in which file', () => {
    expect(hashFiles(minimal('# a comment\n'))).not.toBe(hashFiles(MINIMAL));
    const a = { 'playbook.yaml': '', 'emails/a.md': 'x', 'emails/b.md': '' };
    expect(hashFiles(a)).not.toBe(hashFiles({ ...a, 'emails/a.md': '', 'emails/b.md': 'x' }));
  });
});

describe('the cache of playbook versions', () => {
  const versions = (count: number) => {
    const files = Array.from({ length: count }, (_, n) => minimal(`# ${n}\n`));
    return new Map(files.map((version) => [hashFiles(version), version]));
  };

  const open = (known: Map<string, PlaybookFiles>, current: string | null) => {
    const loads: string[] = [];
    const cache = createPlaybookCache(
      async (hash) => {
        loads.push(hash);
        const files = known.get(hash);
        if (!files) throw new Error('not stored');
        return files;
      },
      async () => current,
    );
    return { cache, loads };
  };

  it('compiles a version once, also when asked for it twice at a time', async () => {
    const known = versions(1);
    const [hash = ''] = known.keys();
    const { cache, loads } = open(known, hash);
    const [a, b] = await Promise.all([cache.get(hash), cache.current()]);
    expect(a).toBe(b);
    expect(a.hash).toBe(hash);
    expect(loads).toEqual([hash]);
  });

  it('keeps the versions used last only', async () => {
    const known = versions(18);
    const hashes = [...known.keys()];
    const { cache, loads } = open(known, null);
    for (const hash of hashes) await cache.get(hash);
    await cache.get(hashes[17] ?? '');
    await cache.get(hashes[0] ?? '');
    expect(loads).toEqual([...hashes, hashes[0]]);
  });

  it('says when no version has been applied, or one is broken', async () => {
    const { cache } = open(new Map([['x', {}]]), null);
    await expect(cache.current()).rejects.toMatchObject({ code: 'no-playbook' });
    await expect(cache.get('x')).rejects.toMatchObject({ code: 'playbook-broken' });
  });

  it('asks again after a load that failed', async () => {
    const known = new Map<string, PlaybookFiles>();
    const { cache } = open(known, null);
    const hash = hashFiles(MINIMAL);
    await expect(cache.get(hash)).rejects.toThrow('not stored');
    known.set(hash, MINIMAL);
    expect((await cache.get(hash)).hash).toBe(hash);
  });
});
