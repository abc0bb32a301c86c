/**
 * The example leads come in over the first weeks, a part of the file each day: all at once, each
 * send window would find hundreds of them at the same step, and a window is half a second long.
 */
import { createReadStream } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import type { ApiClient } from '../cli/client.ts';
import { type ImportAnswer, importText } from '../cli/import.ts';
import type { Clock } from '../clock.ts';
import { DAY, type Instant } from '../core/time.ts';

/** The file in this many parts of consecutive rows, each with the header. */
export async function splitCsv(file: string, parts: number): Promise<string[]> {
  const records: string[][] = [];
  for await (const record of createReadStream(file).pipe(
    parse({ bom: true, relax_column_count: true }),
  ) as AsyncIterable<string[]>) {
    records.push(record);
  }
  const [header, ...rows] = records;
  if (header === undefined) return [];
  const size = Math.ceil(rows.length / parts);
  return Array.from({ length: parts }, (_, i) => rows.slice(i * size, (i + 1) * size))
    .filter((part) => part.length > 0)
    .map((part) => stringify([header, ...part]));
}

export type Imported = Pick<ImportAnswer, 'rows' | 'created' | 'updated' | 'unchanged' | 'rejected' | 'errors'>;

export interface Waves {
  /** What has come in so far. */
  imported(): Imported;
  /** Whether a wave is coming in. */
  busy(): boolean;
  /** Brings in the first part. */
  first(): Promise<void>;
  /** Brings in the others, one a virtual day. */
  rest(): Promise<void>;
}

/** @param onWave told after each part is in */
export function createWaves(
  api: ApiClient,
  parts: readonly string[],
  clock: Clock,
  from: Instant,
  onWave: () => Promise<void>,
): Waves {
  const sum: Imported = { rows: 0, created: 0, updated: 0, unchanged: 0, rejected: 0, errors: [] };
  let coming = parts.length;
  const bring = async (csv: string): Promise<void> => {
    const done = await importText(api, csv);
    if (done.state === 'failed') throw new Error('an import failed');
    for (const name of ['rows', 'created', 'updated', 'unchanged', 'rejected'] as const) sum[name] += done[name];
    sum.errors.push(...done.errors);
    await onWave();
    coming -= 1;
  };
  return {
    imported: () => sum,
    busy: () => coming > 0,
    async first() {
      if (parts[0] !== undefined) await bring(parts[0]);
    },
    async rest() {
      for (const [day, csv] of parts.entries()) {
        if (day === 0) continue;
        const at = from + day * DAY;
        while (clock.now() < at) await delay(clock.realUntil(at) + 1);
        await bring(csv);
      }
    },
  };
}
