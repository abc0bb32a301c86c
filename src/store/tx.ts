/** The one way to write: a transaction that is retried whole, as optimistic databases ask for. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { VolleyError } from '../core/errors.ts';
import { RetryTransaction, sqlState } from './errors.ts';
import type { Db } from './schema.ts';

const ATTEMPTS = 10;
const running = new AsyncLocalStorage<{ open: boolean }>();

/** Whether the calling code runs inside the function given to `transact`. */
export const insideTransaction = (): boolean => running.getStore()?.open === true;

/** 40001: serialisation failure (on Aurora DSQL any write conflict); 40P01: deadlock victim. */
const retryable = (error: unknown): boolean =>
  error instanceof RetryTransaction || sqlState(error) === '40001' || sqlState(error) === '40P01';

/**
 * Runs `fn` in a transaction and commits it. The whole of `fn` runs again (up to 10 times, with a
 * random pause that doubles from 5 ms) when the database says that it lost against another, so it
 * must do nothing but database work; what else it did is for `undo` to take back, before the pause.
 * @throws VolleyError `nested-transaction` inside another `transact`: on the embedded database,
 * which has one connection, waiting for the inner one would never end.
 */
export async function transact<T>(db: Db, fn: (tx: Db) => Promise<T>, undo: () => void = () => {}): Promise<T> {
  if (db.isTransaction || insideTransaction()) {
    throw new VolleyError('nested-transaction', 'a transaction was started inside another one', {
      fix: 'Pass the outer transaction on instead of starting a new one.',
    });
  }
  for (let attempt = 1; ; attempt += 1) {
    const scope = { open: true };
    try {
      return await db.transaction().execute((tx) => running.run(scope, () => fn(tx)));
    } catch (error) {
      if (!retryable(error) || attempt === ATTEMPTS) throw error;
      undo();
    } finally {
      scope.open = false;
    }
    await pause(Math.random() * Math.min(500, 5 * 2 ** attempt));
  }
}
