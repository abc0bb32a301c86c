/** A behaviour as the YAML file that `--behaviour` reads. */
import { stringify } from 'yaml';
import type { Behaviour } from '../../core/behaviour.ts';

const HEAD = '# Fitted to the journals of a running system by `volley simulate --store --fit`: see docs/simulate.md.\n';

export const behaviourText = (behaviour: Behaviour): string =>
  HEAD + stringify(behaviour, { lineWidth: 120, aliasDuplicateObjects: false });
