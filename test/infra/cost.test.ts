/** What `volley cost` counts as fixed is what the templates have. */
import { beforeAll, expect, it } from 'vitest';
import { FIGURES } from '../../infra/figures.ts';
import { SETUP } from '../../src/cli/cost/figures.ts';
import { type Built, build, type Resource, resourcesOf, settingsWith } from './built.ts';

let built: Built;
beforeAll(() => {
  built = build();
});

const ofType = (type: string): readonly Resource[] =>
  Object.values(built.stacks)
    .flatMap((stack) => Object.values(resourcesOf(stack)))
    .filter(({ Type }) => Type === type);
const memoryOf = (what: RegExp): unknown[] =>
  ofType('AWS::Lambda::Function').flatMap(({ Properties }) =>
    what.test(String(Properties['Description'])) ? [Properties['MemorySize']] : [],
  );

it('counts the alarms, metrics, dashboards and secrets there are', () => {
  expect(SETUP.alarms).toBe(ofType('AWS::CloudWatch::Alarm').length);
  expect(SETUP.dashboards).toBe(ofType('AWS::CloudWatch::Dashboard').length);
  // What the templates make, and the Temporal API key that a cloud namespace needs, which is made by hand.
  expect(SETUP.secrets).toBe(ofType('AWS::SecretsManager::Secret').length + 1);
  // One for each figure, and the pulse.
  expect(SETUP.metrics).toBe(Object.keys(FIGURES).length + 1);
});

it('has the sizes of the functions', () => {
  expect(memoryOf(/sends mail$|sends nothing$/)).toEqual([SETUP.worker.gb * 1_024, SETUP.worker.gb * 1_024]);
  expect(memoryOf(/: the API$/)).toEqual([SETUP.api.gb * 1_024]);
  expect(memoryOf(/: nudges/)).toEqual([SETUP.sweep.gb * 1_024]);
  expect(settingsWith().limits.workerSeconds).toBe(SETUP.worker.seconds);
  expect(settingsWith().limits.workerTasks).toBe(SETUP.fargate.least);
});
