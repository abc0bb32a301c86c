/** Calls the API as a careful client does: with an Idempotency-Key, again and again until it is answered. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const ATTEMPTS = 300;
const WAIT_MS = 500;

export const callerOf =
  (url: string, key: string) =>
  async (path: string, body: unknown): Promise<unknown> => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      'idempotency-key': randomUUID(),
    };
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      }).catch((error: unknown) => error);
      if (response instanceof Response) {
        if (response.ok) return response.json();
        const words = await response.text();
        if (response.status < 500 && response.status !== 409) throw new Error(`${path}: ${response.status} ${words}`);
        if (attempt === ATTEMPTS) throw new Error(`${path}: ${response.status} ${words}`);
      } else if (attempt === ATTEMPTS) throw response;
      await pause(WAIT_MS);
    }
  };
