/** The commands' way to a running system: its HTTP API, with its problems as errors in words. */
import { z } from 'zod';
import type { Config } from '../config.ts';
import { VolleyError } from '../core/errors.ts';
import { readLocal } from './local.ts';

const problemSchema = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.unknown()).optional(),
});

/** An answer that says no: the problem's words, and its parts for commands that show them. */
export class ApiProblem extends VolleyError {
  override readonly name: string = 'ApiProblem';
  readonly status: number;
  readonly errors: readonly unknown[];

  constructor(status: number, problem: z.infer<typeof problemSchema>, fix?: string) {
    const words = [problem.title, problem.detail].filter((part) => part !== undefined && part !== '');
    super(problem.type?.split('/').at(-1) ?? `http-${status}`, words.join(': ') || `the API answered ${status}`, {
      ...(fix === undefined ? {} : { fix }),
    });
    this.status = status;
    this.errors = problem.errors ?? [];
  }
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly body?: NonNullable<RequestInit['body']>;
  readonly type?: string;
}

export interface ApiClient {
  readonly url: string;
  /** Asks and checks the answer against the schema. @throws ApiProblem, VolleyError `unreachable` */
  ask<T>(path: string, schema: z.ZodType<T>, request?: ApiRequest): Promise<T>;
  /** Asks for text of this media type. @throws as `ask` does */
  text(path: string, accept: string): Promise<string>;
}

const FIXES: Readonly<Record<number, string>> = {
  401: 'Set VOLLEY_KEY to a key of the running system (`volley keys create` makes one).',
  403: 'Use a key with a role that may do this.',
};

/** The client for `url` with `key`; answers are never followed elsewhere, since the key would go along. */
export function createApiClient(url: string, key: string | undefined): ApiClient {
  async function send(path: string, accept: string, request: ApiRequest): Promise<string> {
    const body = request.json === undefined ? request.body : JSON.stringify(request.json);
    const headers = {
      accept,
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': request.type ?? 'application/json' }),
    };
    const init = { method: request.method ?? 'GET', headers, redirect: 'error' as const, duplex: 'half' as const };
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, body === undefined ? init : { ...init, body });
    } catch (cause) {
      throw new VolleyError('unreachable', `no Volley answers at ${url}`, {
        fix: 'Start one with `npm start`, or set VOLLEY_URL (and VOLLEY_KEY) to one that runs.',
        cause,
      });
    }
    const text = await response.text();
    if (response.ok) return text;
    const problem = problemSchema.safeParse(parseJson(text));
    if (problem.data?.type === undefined) throw strange(`${url}${path}`);
    throw new ApiProblem(response.status, problem.success ? problem.data : {}, FIXES[response.status]);
  }

  return {
    url,
    text: (path, accept) => send(path, accept, {}),
    async ask(path, schema, request = {}) {
      const parsed = parseJson(await send(path, 'application/json', request));
      const answer = schema.safeParse(parsed);
      if (answer.success) return answer.data;
      throw strange(`${url}${path}`);
    },
  };
}

const strange = (address: string): VolleyError =>
  new VolleyError('strange-answer', `${address} did not answer as Volley does`, {
    fix: 'Check that VOLLEY_URL is the address of Volley and its version that of this command.',
  });

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The running system the environment names, else the local one with the key `npm start` left. */
export async function connect(config: Config): Promise<ApiClient> {
  const local = config.client.url === undefined ? await readLocal(config.home) : undefined;
  const url = config.client.url ?? local?.url ?? `http://127.0.0.1:${config.port}`;
  return createApiClient(url, config.client.key ?? config.adminKey ?? local?.keys['admin']);
}
