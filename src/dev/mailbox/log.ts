/**
 * The mailbox's memory: one append-only file of records, each a JSON line that ends in the number of
 * raw bytes that follow it. A send is answered only after its record is written, so kill -9 loses no
 * answered message; a record torn by it is cut off at the next start. Nothing is synced to the disk:
 * a machine that loses power may lose development mail.
 *
 * Raw messages stay in the file and are read when shown. Loading reads the JSON lines only and
 * skips over the bytes.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const headSchema = z.object({
  id: z.string(),
  at: z.number(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  tags: z.record(z.string(), z.string()),
  configurationSet: z.string().optional(),
  bytes: z.number().int().nonnegative(),
});
/** Events of these messages have been delivered, or must never be. */
const doneSchema = z.object({ done: z.array(z.string()) });
const recordSchema = z.union([headSchema, doneSchema]);

export type Head = z.infer<typeof headSchema>;

export interface MessageLog {
  /** In the order of arrival. */
  readonly heads: readonly Head[];
  get(id: string): Head | undefined;
  /** Ids whose events were not reported as done before the last stop. */
  readonly unfinished: readonly string[];
  /** Resolves when the record is written. */
  append(head: Head, raw: Buffer): Promise<void>;
  markDone(ids: readonly string[]): Promise<void>;
  raw(id: string): Promise<Buffer | null>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface Pending {
  readonly chunks: readonly Buffer[];
  readonly written: (error?: Error) => void;
}

/** Opens the log in the folder, or keeps everything in memory without one. */
export async function openLog(folder: string | undefined): Promise<MessageLog> {
  const heads: Head[] = [];
  const byId = new Map<string, { head: Head; offset: number; raw?: Buffer }>();
  const unfinished = new Set<string>();
  let file: FileHandle | undefined;
  let size = 0;
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true });
    file = await open(join(folder, 'messages.log'), 'a+');
    size = await load(file, (record, offset) => {
      if ('done' in record) for (const id of record.done) unfinished.delete(id);
      else {
        heads.push(record);
        byId.set(record.id, { head: record, offset });
        unfinished.add(record.id);
      }
    });
    await file.truncate(size);
  }

  let queue: Pending[] = [];
  let writing: Promise<void> | undefined;
  /** Everything that came while the last write ran goes into the next one. */
  async function drain(target: FileHandle): Promise<void> {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      try {
        await target.writev(batch.flatMap((pending) => pending.chunks));
        for (const pending of batch) pending.written();
      } catch (error) {
        for (const pending of batch) pending.written(error instanceof Error ? error : new Error(String(error)));
      }
    }
    writing = undefined;
  }
  function write(target: FileHandle, chunks: readonly Buffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      queue.push({ chunks, written: (error) => (error === undefined ? resolve() : reject(error)) });
      writing ??= drain(target);
    });
  }

  return {
    heads,
    get: (id) => byId.get(id)?.head,
    unfinished: [...unfinished],
    async append(head, raw) {
      const line = Buffer.from(`${JSON.stringify(head)}\n`);
      const offset = size + line.length;
      if (file !== undefined) {
        size = offset + raw.length + 1;
        await write(file, [line, raw, NEWLINE]);
      }
      heads.push(head);
      byId.set(head.id, file === undefined ? { head, offset: 0, raw } : { head, offset });
    },
    async markDone(ids) {
      if (file === undefined || ids.length === 0) return;
      const line = Buffer.from(`${JSON.stringify({ done: ids })}\n`);
      size += line.length;
      await write(file, [line]);
    },
    async raw(id) {
      const entry = byId.get(id);
      if (entry === undefined) return null;
      if (entry.raw !== undefined || file === undefined) return entry.raw ?? null;
      const buffer = Buffer.alloc(entry.head.bytes);
      await file.read(buffer, 0, buffer.length, entry.offset);
      return buffer;
    },
    async clear() {
      await writing;
      heads.length = 0;
      byId.clear();
      size = 0;
      await file?.truncate(0);
    },
    async close() {
      await writing;
      await file?.close();
      file = undefined;
    },
  };
}

const NEWLINE = Buffer.from('\n');
const PIECE = 64 * 1024;

/** Calls back for every whole record; answers where the last one ends. */
async function load(
  file: FileHandle,
  found: (record: z.infer<typeof recordSchema>, rawOffset: number) => void,
): Promise<number> {
  const { size } = await file.stat();
  let end = 0;
  let piece = Buffer.alloc(0);
  let pieceAt = 0;
  while (end < size) {
    if (end < pieceAt || end >= pieceAt + piece.length) {
      piece = Buffer.alloc(PIECE);
      pieceAt = end;
      piece = piece.subarray(0, (await file.read(piece, 0, PIECE, end)).bytesRead);
    }
    const from = end - pieceAt;
    const newline = piece.indexOf(10, from);
    if (newline < 0 && from > 0 && pieceAt + piece.length < size) {
      // The line goes on past this piece: read again from its start.
      piece = Buffer.alloc(0);
      continue;
    }
    const record = newline < 0 ? undefined : parse(piece.toString('utf8', from, newline));
    if (record === undefined) return end;
    const rawOffset = pieceAt + newline + 1;
    const next = 'done' in record ? rawOffset : rawOffset + record.bytes + 1;
    if (next > size) return end;
    found(record, rawOffset);
    end = next;
  }
  return end;
}

function parse(line: string): z.infer<typeof recordSchema> | undefined {
  try {
    return recordSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
