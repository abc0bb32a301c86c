/** Connections to Temporal from the one configuration: what a client and a worker dial is the same. */
import { readFile } from 'node:fs/promises';
import {
  Client,
  Connection,
  defaultGrpcRetryOptions,
  type GrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type TLSConfig,
} from '@temporalio/client';
import type { Pem, TemporalConfig } from '../config.ts';
import { VolleyError } from '../core/errors.ts';
import { DEFAULT_NAMESPACE } from './names.ts';

/** Where Temporal is. A local server needs an address only. */
export type TemporalEndpoint = { readonly address: string } & Partial<Omit<TemporalConfig, 'address' | 'cli'>>;

interface Dial {
  readonly address: string;
  readonly apiKey?: string;
  readonly tls?: TLSConfig;
}

const pem = async (part: Pem): Promise<Buffer> => ('data' in part ? Buffer.from(part.data) : readFile(part.path));

/** What `Connection.connect` and `NativeConnection.connect` both take. */
export async function dialOptions(endpoint: TemporalEndpoint): Promise<Dial> {
  const { serverName, clientCert, clientKey, serverCa } = endpoint;
  const tls = {
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
    ...(serverCa === undefined ? {} : { serverRootCACertificate: await pem(serverCa) }),
    ...(clientCert === undefined || clientKey === undefined
      ? {}
      : { clientCertPair: { crt: await pem(clientCert), key: await pem(clientKey) } }),
  };
  return {
    address: endpoint.address,
    ...(endpoint.apiKey === undefined ? {} : { apiKey: endpoint.apiKey }),
    ...(endpoint.tls === true || endpoint.apiKey !== undefined || clientCert !== undefined ? { tls } : {}),
  };
}

export const namespaceOf = (endpoint: TemporalEndpoint): string => endpoint.namespace ?? DEFAULT_NAMESPACE;

/** gRPC's INTERNAL. */
const INTERNAL = 13;
const ATTEMPTS = 10;

/**
 * The client's own rule, which repeats nothing that is INTERNAL since most of it fails again; and what the server
 * itself asks to repeat: "something went wrong, please retry", e.g. for a second change of a worker deployment while
 * the first is written (seen with two releases at once).
 */
export function retrying(): GrpcRetryOptions {
  const usual = defaultGrpcRetryOptions({ maxAttempts: ATTEMPTS });
  return {
    ...usual,
    retryableDecider: (attempt, status) =>
      usual.retryableDecider(attempt, status) ||
      (attempt < ATTEMPTS && Number(status.code) === INTERNAL && /please retry/i.test(status.details)),
  };
}

/**
 * A connected client; close its `connection`. Throws VolleyError `temporal-unreachable`, with the
 * server's own words as its cause.
 */
export async function connectClient(endpoint: TemporalEndpoint): Promise<Client> {
  try {
    const connection = await Connection.connect({
      ...(await dialOptions(endpoint)),
      connectTimeout: '10s',
      interceptors: [makeGrpcRetryInterceptor(retrying())],
    });
    return new Client({ connection, namespace: namespaceOf(endpoint) });
  } catch (cause) {
    throw new VolleyError('temporal-unreachable', `No Temporal server answers at ${endpoint.address}`, {
      fix: 'Check TEMPORAL_ADDRESS and the other TEMPORAL_ variables, or unset them to have a local server started.',
      cause,
    });
  }
}
