import type { Playbook } from '../../core/playbook.ts';

/** The stage of leads that have bought: `customer`, as everywhere in Volley. */
export const wonStage = (_playbook: Playbook): string => 'customer';
