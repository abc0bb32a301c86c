/** The version of Volley, from its package; inlined where a process is bundled. */
import manifest from '../package.json' with { type: 'json' };

export const VERSION: string = manifest.version;
