/**
 * A time limit that holds whatever the code does: V8 itself ends it, also in the middle of a loop, a regular
 * expression or a filter of Liquid. Liquid's own limits count only between tags (CVE-2026-44645 and
 * CVE-2026-45357 went round them).
 */
import { createContext, Script } from 'node:vm';
import { VolleyError } from '../core/errors.ts';

/** Ten thousand times what a render takes; a process that was stopped meanwhile may still exceed it. */
export const RENDER_LIMIT_MS = 500;

const sandbox: { work?: (() => void) | undefined } = Object.create(null);
const context = createContext(sandbox, { codeGeneration: { strings: false, wasm: false } });
const call = new Script('work()');

/**
 * What `work` answers, if it does so within that many ms of real time. Costs 0.05 ms.
 * @throws VolleyError `too-slow`; whatever `work` throws
 */
export function within<T>(ms: number, work: () => T): T {
  let done: { readonly value: T } | undefined;
  const before = sandbox.work;
  sandbox.work = () => {
    done = { value: work() };
  };
  try {
    call.runInContext(context, { timeout: ms });
  } catch (error) {
    if (error instanceof Error || !isTimeout(error)) throw error;
    throw new VolleyError('too-slow', `it takes longer than ${ms} ms`, { cause: error });
  } finally {
    sandbox.work = before;
  }
  if (done === undefined) throw new VolleyError('too-slow', `it takes longer than ${ms} ms`);
  return done.value;
}

/** It is an error of the sandbox, and so none of ours. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
