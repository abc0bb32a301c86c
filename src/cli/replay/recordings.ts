/** Where `volley replay` takes recorded wakes from: a folder, or the running system. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readConfig } from '../../config.ts';
import { VolleyError } from '../../core/errors.ts';
import type { Playbook } from '../../core/playbook.ts';
import { playbooksOf, type Recording, recordingSchema } from '../../core/replay/recording.ts';
import { compileStored } from '../../playbook/compile.ts';
import { formatProblem } from '../../playbook/problems.ts';
import { systemErrorCode } from '../../system-error.ts';
import { connect } from '../client.ts';
import { wrongUse } from '../use.ts';

export interface Recordings {
  readonly recordings: readonly Recording[];
  readonly versions: ReadonlyMap<string, Playbook>;
  /** Versions that do not compile any more, with why: leads in them would stand still. */
  readonly broken: readonly { readonly hash: string; readonly why: string }[];
}

const filesSchema = z.record(z.string(), z.string());

/** @throws VolleyError `wrong-use` without recordings there, `not-a-recording` */
export async function recordingsIn(folder: string): Promise<Recordings> {
  const file = join(folder, 'wakes.ndjson');
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === undefined) throw error;
    throw wrongUse(`${folder} holds no recordings: there is no wakes.ndjson in it`);
  });
  const lines = text.split('\n').flatMap((line, n) => (line === '' ? [] : [{ line, where: `${file}:${n + 1}` }]));
  const recordings = lines.map(({ line, where }) => recordingFrom(parseJson(line), where));
  return withVersions(recordings, async (hash) => {
    const version = join(folder, 'playbooks', `${hash}.json`);
    const found = await readFile(version, 'utf8').catch(() => undefined);
    return found === undefined ? undefined : filesSchema.parse(parseJson(found));
  });
}

/** What a running system may tell: its parts are read by this build's own schema. */
const pageSchema = z.looseObject({
  items: z.array(z.looseObject({ id: z.string(), recording: z.unknown() })),
  next: z.string().nullable(),
});
const versionSchema = z.looseObject({ files: filesSchema });
const PAGE = 100;

/** Wakes the running system has kept, the newest first. @throws VolleyError `not-a-recording`, as the API says no */
export async function recordingsOfServer(most = Number.POSITIVE_INFINITY): Promise<Recordings> {
  const api = await connect(readConfig());
  const recordings: Recording[] = [];
  for (let cursor: string | null = ''; cursor !== null && recordings.length < most; ) {
    const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: z.infer<typeof pageSchema> = await api.ask(`/v1/wakes?limit=${PAGE}${after}`, pageSchema);
    for (const { id, recording } of page.items) recordings.push(recordingFrom(recording, `the recording ${id}`));
    cursor = page.next;
  }
  const some = recordings.slice(0, most);
  return withVersions(some, async (hash) => {
    try {
      return (await api.ask(`/v1/playbook/versions/${hash}`, versionSchema)).files;
    } catch (error) {
      if (error instanceof VolleyError && error.code === 'not-found') return undefined;
      throw error;
    }
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordingFrom(value: unknown, where: string): Recording {
  const parsed = recordingSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new VolleyError('not-a-recording', `${where} is not a recorded wake: ${issue?.path.join('.')}`, {
    fix: 'This build must read what released ones recorded: see docs/operations.md, Upgrading.',
    cause: parsed.error,
  });
}

async function withVersions(
  recordings: readonly Recording[],
  filesOf: (hash: string) => Promise<Readonly<Record<string, string>> | undefined>,
): Promise<Recordings> {
  const versions = new Map<string, Playbook>();
  const broken: { hash: string; why: string }[] = [];
  for (const hash of new Set(recordings.flatMap(playbooksOf))) {
    const files = await filesOf(hash);
    const compiled = files && compileStored(files);
    if (compiled === undefined) broken.push({ hash, why: 'it is not there' });
    else if (compiled.ok) versions.set(hash, compiled.playbook);
    else broken.push({ hash, why: compiled.errors[0] === undefined ? 'unknown' : formatProblem(compiled.errors[0]) });
  }
  return { recordings, versions, broken };
}
