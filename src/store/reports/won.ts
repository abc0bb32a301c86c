import { WON } from '../../core/deal-stage.ts';
import type { Playbook } from '../../core/playbook.ts';

/** The stage of leads that have bought: the first that a won deal leads to, else `customer`. */
export const wonStage = ({ stages }: Playbook): string =>
  stages.find((stage) => stage.deal?.includes(WON))?.id ?? 'customer';
