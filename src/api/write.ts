/**
 * How a call writes: one transaction with the rows it is about and the inbox rows that tell the
 * leads, then a nudge for each of them. With an `Idempotency-Key` (IETF draft "The Idempotency-Key
 * HTTP Header Field") the answer is kept in the same transaction, so a crash leaves neither or
 * both; a concurrent call with the same key waits for the first and answers what that answered.
 */
import { setTimeout as timeout } from 'node:timers/promises';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { DAY, HOUR } from '../core/time.ts';
import { claimIdempotency, forgetIdempotency, type IdempotentRequest, saveAnswer } from '../store/idempotency.ts';
import type { Db } from '../store/schema.ts';
import { transact } from '../store/tx.ts';
import { sha256 } from '../store/values.ts';
import { callerIn } from './auth.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { idempotencyKeyOf } from './idempotency-key.ts';
import { PROBLEMS, type ProblemCode } from './problem/codes.ts';
import { Problem, problemOf, problemResponse } from './problem/problem.ts';

/** What a write answers, and the leads that must hear of it. */
export interface Written<S extends ContentfulStatusCode, T> {
  readonly status: S;
  readonly body: T;
  readonly nudge?: readonly string[];
}

/** An answer given before: it goes to the client as it was. */
export class Replay extends Error {
  override readonly name = 'Replay';
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super('answered before');
    this.status = status;
    this.body = body;
  }

  toResponse(): Response {
    const type = this.status >= 400 ? 'application/problem+json' : 'application/json';
    return new Response(this.body, {
      status: this.status,
      headers: { 'content-type': type, 'idempotent-replayed': 'true' },
    });
  }
}

/** A nudge that Temporal does not take up keeps nobody waiting longer than this: the sweeper repeats it. */
const NUDGE_MS = 5_000;

/**
 * Runs `fn` in a transaction, once for each Idempotency-Key, and nudges after the commit. Refusals
 * of `fn` (4xx) are answers too and kept like one; what failed on our side is not.
 * @throws Replay when the call was answered before; Problem `idempotency-mismatch`, `bad-idempotency-key`
 */
export async function write<S extends ContentfulStatusCode, T>(
  c: Context<ApiEnv>,
  deps: ApiDeps,
  fn: (tx: Db) => Promise<Written<S, T>>,
): Promise<{ status: S; body: T }> {
  const request = await requestOf(c);
  const written = await inTransaction(deps, request, fn);
  if (request !== undefined) await forgetOld(deps);
  await nudge(deps, written.nudge ?? []);
  return written;
}

/** Tells the leads; never fails, since what they must know is committed. */
export async function nudge(deps: Pick<ApiDeps, 'nudger' | 'log'>, leadIds: readonly string[]): Promise<void> {
  if (leadIds.length === 0) return;
  const ended = new AbortController();
  const told = deps.nudger.nudge(leadIds).catch((err: unknown) => {
    deps.log.warn({ err, leads: leadIds.length }, 'nudge failed; the sweeper repeats it');
  });
  const late = timeout(NUDGE_MS, undefined, { signal: ended.signal, ref: false }).catch(() => {});
  await Promise.race([told, late]);
  ended.abort();
}

/** Hash over method, path and body: what "the same request" means. */
async function requestOf(c: Context<ApiEnv>): Promise<IdempotentRequest | undefined> {
  const key = idempotencyKeyOf(c);
  if (key === undefined) return undefined;
  const body = await c.req.text();
  return { apiKey: callerIn(c).keyId, key, requestHash: sha256(`${c.req.method} ${c.req.path}\n${body}`) };
}

async function inTransaction<S extends ContentfulStatusCode, T>(
  deps: ApiDeps,
  request: IdempotentRequest | undefined,
  fn: (tx: Db) => Promise<Written<S, T>>,
): Promise<Written<S, T>> {
  const { db } = deps.database;
  if (request === undefined) return transact(db, fn);
  try {
    return await transact(db, async (tx) => {
      await claim(tx, deps, request);
      const written = await fn(tx);
      await saveAnswer(tx, request, { status: written.status, body: JSON.stringify(written.body) });
      return written;
    });
  } catch (error) {
    await keepRefusal(deps, request, error);
    throw error;
  }
}

/** @throws Replay, Problem `idempotency-mismatch` */
export async function claim(tx: Db, deps: ApiDeps, request: IdempotentRequest): Promise<void> {
  const answer = await claimIdempotency(tx, request, deps.clock.now());
  if (answer.kind === 'replay') throw new Replay(answer.status, answer.body);
  if (answer.kind === 'mismatch') {
    throw new Problem('idempotency-mismatch', 'This Idempotency-Key came with another request before: use a new one');
  }
}

/** The transaction of a refusal is rolled back, its claim too; the answer is written on its own. */
async function keepRefusal(deps: ApiDeps, request: IdempotentRequest, error: unknown): Promise<void> {
  if (error instanceof Replay) return;
  const { code, body } = problemOf(error);
  if (!kept(code)) return;
  await transact(deps.database.db, async (tx) => {
    const answer = await claimIdempotency(tx, request, deps.clock.now());
    if (answer.kind === 'new') await saveAnswer(tx, request, { status: body.status, body: JSON.stringify(body) });
  }).catch((err: unknown) => deps.log.warn({ err }, 'the answer to an idempotent call was not kept'));
}

/** When answers were last forgotten, by app. */
const forgotten = new WeakMap<ApiDeps, number>();
const FORGET_EVERY_MS = HOUR;
const FORGET_BATCH = 1_000;
const FORGET_BATCHES = 20;

/** Answers are kept for a day of real time; who writes with keys clears away, once an hour. */
async function forgetOld(deps: ApiDeps): Promise<void> {
  const { factor } = deps.clock.anchor;
  const now = deps.clock.now();
  if (now - (forgotten.get(deps) ?? 0) < FORGET_EVERY_MS * factor) return;
  forgotten.set(deps, now);
  try {
    for (let batch = 0; batch < FORGET_BATCHES; batch += 1) {
      const gone = await transact(deps.database.db, (tx) => forgetIdempotency(tx, now - DAY * factor, FORGET_BATCH));
      if (gone < FORGET_BATCH) return;
    }
  } catch (err) {
    deps.log.warn({ err }, 'old answers to idempotent calls were not cleared away');
  }
}

const kept = (code: ProblemCode): boolean => PROBLEMS[code].status < 500 && code !== 'idempotency-mismatch';

/** What an error says to the client. */
export function responseOf(error: unknown): Response {
  if (error instanceof Replay) return error.toResponse();
  const { body } = problemOf(error);
  // Per RFC 9110, 11.6.1: a 401 names how to authenticate.
  return problemResponse(body, body.status === 401 ? { 'www-authenticate': 'Bearer' } : {});
}
