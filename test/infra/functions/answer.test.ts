/** CloudFormation hears how a request ended, whatever happened; it waits an hour for one that says nothing. */
import { createServer, type Server } from 'node:http';
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, answer } from '../../../infra/functions/answer.ts';
import { listening } from '../listening.ts';

let server: Server;
let url: string;
let heard: { Status: string; PhysicalResourceId: string; Reason?: string; RequestId: string }[];
beforeEach(async () => {
  heard = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      response.end();
    });
  });
  url = await listening(server);
});
afterEach(() => {
  server.close();
});

const event = (): CloudFormationCustomResourceEvent => ({
  RequestType: 'Update',
  PhysicalResourceId: 'schema-before',
  ServiceToken: 'arn',
  ResponseURL: url,
  StackId: 'stack',
  RequestId: 'request-1',
  LogicalResourceId: 'Schema',
  ResourceType: 'Custom',
  ResourceProperties: { ServiceToken: 'arn' },
  OldResourceProperties: { ServiceToken: 'arn' },
});
const context = (left: number) => ({ getRemainingTimeInMillis: () => left, logStreamName: 'stream' });

describe('an answer', () => {
  it('of work that is done names the resource', async () => {
    await answer(event(), context(60_000), async () => ({ id: 'schema' }));
    expect(heard).toEqual([
      expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'schema', RequestId: 'request-1' }),
    ]);
  });

  it('of work that failed says why, without addresses, and keeps the resource as it was', async () => {
    await answer(event(), context(60_000), async (): Promise<Answer> => {
      throw new Error('row of ada@northwind.example is in the way');
    });
    expect(heard[0]).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'schema-before' });
    expect(heard[0]?.Reason).toBe('row of [address] is in the way (log stream stream)');
  });

  it('comes before the function is ended, too', async () => {
    await answer(event(), context(10_050), () => new Promise<Answer>(() => {}));
    expect(heard[0]?.Reason).toContain('longer than the function may run');
  });
});
