/** All stacks of a deployment, in the order they need each other. */
import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Assets } from './assets.ts';
import type { Settings } from './settings.ts';
import { ApiStack } from './stacks/api.ts';
import { DataStack } from './stacks/data.ts';
import { EmailStack } from './stacks/email.ts';
import { WatchStack } from './stacks/watch.ts';
import { WorkerStack } from './stacks/worker.ts';

export interface Deployment {
  readonly data: DataStack;
  readonly api: ApiStack;
  readonly email: EmailStack;
  readonly worker: WorkerStack;
  readonly watch: WatchStack;
}

export function deploy(app: App, settings: Settings, assets: Assets): Deployment {
  const data = new DataStack(app, settings, assets);
  const api = new ApiStack(app, settings, assets, data);
  const email = new EmailStack(app, settings, assets, data, api);
  const worker = new WorkerStack(app, settings, assets, { data, api, email });
  const watch = new WatchStack(app, settings, {
    functions: { api: api.fn, ...email.functions, ...worker.functions },
    queues: { events: email.events, inbound: email.inbound.fed },
    apiId: api.api.apiId,
  });
  // Named rather than left to what they refer to: the code of each needs the schema of the first.
  api.addStackDependency(data);
  email.addStackDependency(api);
  worker.addStackDependency(email);
  watch.addStackDependency(worker);
  return { data, api, email, worker, watch };
}

/** Has everything checked against AwsSolutions when it is synthesized; what it finds fails the synthesis. */
export function check(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
