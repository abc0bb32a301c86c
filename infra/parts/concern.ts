/** What every stack has in common: its name, its tags, and what becomes of data when it goes. */
import { RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';

export const TAG = 'volley:deployment';

export abstract class Concern extends Stack {
  readonly settings: Settings;

  constructor(scope: Construct, concern: string, settings: Settings, description: string) {
    super(scope, `${settings.name}-${concern}`, { description: `Volley: ${description}` });
    this.settings = settings;
    Tags.of(this).add(TAG, settings.name);
  }
}

/** Data stays when its stack goes, unless the settings say otherwise. */
export const fateOfData = ({ keepData }: Settings): RemovalPolicy =>
  keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
