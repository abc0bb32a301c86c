/**
 * The body of a request to SES that waits with its last byte. Without that byte the request is not whole, its
 * signature cannot be checked, and SES cannot take the message: so connection, signing and sending are done before
 * the ledger says `sending`, and what is left to do after that commit is one write.
 */
import { Readable } from 'node:stream';

export class HeldBody extends Readable {
  /** Resolves when all but the last byte is on its way. */
  readonly taken: Promise<void>;
  #bytes: Buffer;
  #left: (() => void) | undefined;
  #released = false;

  constructor(bytes: Uint8Array) {
    super();
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.taken = promise;
    this.#left = resolve;
  }

  override _read(): void {
    if (this.#left === undefined) return;
    const left = this.#left;
    this.#left = undefined;
    const head = this.#bytes.subarray(0, -1);
    this.#bytes = this.#bytes.subarray(-1);
    this.push(head);
    left();
  }

  /** Lets the last byte go, in this very turn of the event loop. Only after `taken`; a second call does nothing. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.push(this.#bytes);
    this.push(null);
  }
}
