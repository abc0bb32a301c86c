/** Every workflow the worker knows: what the bundle is made of. */
export { importLeads } from './import.ts';
export { lead, nudge } from './lead.ts';
