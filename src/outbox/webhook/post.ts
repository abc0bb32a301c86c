/** One POST to an endpoint of somebody else: bounded in time and size, never redirected. */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { SECOND } from '../../core/time.ts';
import { DeliveryError } from '../handler.ts';
import { type Allowed, PrivateAddress, publicLookup, refusalOf } from './target.ts';

/** From the first byte we send to the last one we read, real ms. */
const LONGEST_MS = 15 * SECOND;
/** What is read of an answer's body. */
const KEPT_BYTES = 500;

export interface Answer {
  readonly status: number;
  /** The first bytes of the body. */
  readonly start: string;
  /** `Retry-After`, in ms from now; 0 without one. */
  readonly retryAfterMs: number;
}

/**
 * Posts JSON.
 * @throws DeliveryError `retry` when nothing was answered in time, `giveUp` when this URL may not be called.
 */
export async function post(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  allowed: Allowed,
): Promise<Answer> {
  const refusal = refusalOf(url, allowed);
  if (refusal !== undefined) throw new DeliveryError('giveUp', 'bad-target', `The URL ${refusal}`);
  const signal = AbortSignal.timeout(LONGEST_MS);
  try {
    return await answerTo(new URL(url), body, headers, allowed, signal);
  } catch (cause) {
    if (signal.aborted) {
      throw new DeliveryError('retry', 'no-answer', `No answer within ${LONGEST_MS / SECOND} seconds`, { cause });
    }
    const code = cause instanceof PrivateAddress ? 'private-address' : 'unreachable';
    throw new DeliveryError('retry', code, wordsOf(cause), { cause });
  }
}

function answerTo(
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  allowed: Allowed,
  signal: AbortSignal,
): Promise<Answer> {
  const send = url.protocol === 'https:' ? secure : plain;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Volley',
      },
      lookup: publicLookup(allowed),
      // A connection of its own: none is kept to an address that was checked for another attempt.
      agent: false,
      signal,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = (): void => {
        const start = Buffer.concat(chunks).subarray(0, KEPT_BYTES).toString('utf8');
        resolve({
          status: response.statusCode ?? 0,
          start,
          retryAfterMs: retryAfterMs(response.headers['retry-after']),
        });
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= KEPT_BYTES) done();
      });
      response.on('end', done);
      // It has answered; that the rest of the body did not come changes nothing.
      response.on('error', done);
    });
    request.end(body);
  });
}

/** Per RFC 9110, 10.2.3: seconds, or a date. */
function retryAfterMs(value: string | undefined): number {
  if (value === undefined) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * SECOND : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of several addresses that were tried, each has its own failure.
  const all = error instanceof AggregateError ? error.errors : [error];
  return all.map((one) => (one instanceof Error ? one.message : String(one))).join('; ');
}
