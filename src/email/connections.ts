/**
 * Connections to SES, kept and made ahead: whoever is about to send reserves one first, outside any transaction, so
 * that no send waits for a handshake or for another's socket once its touch is committed.
 */
import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Reservation {
  /** The request has its connection, or there is none to make. */
  done(): void;
}

export interface Connections {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  /**
   * A connection that nobody else has reserved, made now if none is free.
   * @throws the system's error when none comes about; one without an answer is ETIMEDOUT of `connect`
   */
  reserve(): Promise<Reservation>;
  close(): void;
}

export interface ConnectionOptions {
  /** Where SES is, as far as it is known. */
  readonly origin: () => URL | undefined;
  /** Longest wait for a connection, real ms. */
  readonly connectTimeoutMs: number;
  readonly maxSockets: number;
}

/** A connection that SES closes just as it is written to costs a try: ours goes first. */
const IDLE_MS = 4_000;

export function createConnections({ origin, connectTimeoutMs, maxSockets }: ConnectionOptions): Connections {
  const spares: Socket[] = [];
  let reserved = 0;
  let connecting = 0;
  const stands = (socket: Socket): boolean => !socket.destroyed && socket.writable;
  /** One made ahead, if there is one that still stands. */
  const spare = (): Socket | undefined => {
    for (let socket = spares.pop(); socket !== undefined; socket = spares.pop()) {
      socket.removeAllListeners('timeout').setTimeout(0);
      if (stands(socket)) return socket;
    }
    return undefined;
  };
  // There is one SES: a sender's spares are all to the origin that its requests go to.
  const options = { keepAlive: true, maxSockets, timeout: IDLE_MS };
  const httpAgent = new (class extends HttpAgent {
    override createConnection(...args: Parameters<HttpAgent['createConnection']>) {
      return spare() ?? super.createConnection(...args);
    }
  })(options);
  const httpsAgent = new (class extends HttpsAgent {
    override createConnection(...args: Parameters<HttpsAgent['createConnection']>) {
      return spare() ?? super.createConnection(...args);
    }
  })(options);

  const free = (agent: HttpAgent): number =>
    Object.values(agent.freeSockets).reduce((n, sockets) => n + (sockets ?? []).filter(stands).length, 0) +
    spares.filter(stands).length;

  async function connect(url: URL): Promise<void> {
    const secure = url.protocol === 'https:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const to = { host, port: Number(url.port || (secure ? 443 : 80)), noDelay: true };
    connecting += 1;
    try {
      const socket = secure ? connectTls({ ...to, servername: host, ALPNProtocols: ['http/1.1'] }) : connectTcp(to);
      const late = setTimeout(() => socket.destroy(timedOut(host)), connectTimeoutMs);
      try {
        await once(socket, secure ? 'secureConnect' : 'connect');
      } finally {
        clearTimeout(late);
      }
      // One that breaks while it waits has no request to tell.
      socket.on('error', () => {});
      socket.setTimeout(IDLE_MS, () => socket.destroy());
      spares.push(socket);
    } finally {
      connecting -= 1;
    }
  }

  return {
    httpAgent,
    httpsAgent,
    async reserve() {
      reserved += 1;
      let open = true;
      const done = (): void => {
        if (open) reserved -= 1;
        open = false;
      };
      try {
        const url = origin();
        const agent = url?.protocol === 'https:' ? httpsAgent : httpAgent;
        if (url !== undefined && free(agent) + connecting < reserved) await connect(url);
      } catch (error) {
        done();
        throw error;
      }
      return { done };
    },
    close() {
      for (const socket of spares.splice(0)) socket.destroy();
    },
  };
}

const timedOut = (host: string): Error =>
  Object.assign(new Error(`no connection to ${host} in time`), { code: 'ETIMEDOUT', syscall: 'connect' });
