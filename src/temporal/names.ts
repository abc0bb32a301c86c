/** Names that workers, clients and the server agree on. Changing one orphans what runs under the old. */

/** Workflows and the `advance` activities that send nothing. */
export const LEAD_QUEUE = 'volley-lead';
/** `advance` activities that may send, so that a rate limit on the queue is a limit on email. */
export const EMAIL_QUEUE = 'volley-email';
/** Worker deployment; its versions are the hashes of the workflow bundle. */
export const DEPLOYMENT = 'volley';
/**
 * Where each queue has a function of its own: a version of a deployment is one function, so each is a deployment.
 * Workflows run in the first, which keeps the name that long-lived workers give it.
 */
export const DEPLOYMENTS = { [LEAD_QUEUE]: DEPLOYMENT, [EMAIL_QUEUE]: 'volley-email' } as const;
export const DEFAULT_NAMESPACE = 'default';

/** Workflow type of a lead's loop: the exported function's name. */
export const LEAD_WORKFLOW = 'lead';
/** The signal that says: look at your inbox. It carries nothing. */
export const NUDGE_SIGNAL = 'nudge';

/** Search attributes, set at start only, since an upsert is a billable action and a start is not. */
export const ATTRIBUTES = { kind: 'VolleyKind', lead: 'VolleyLead' } as const;

const PREFIX = 'lead-';
export const leadWorkflowId = (leadId: string): string => `${PREFIX}${leadId}`;
/** The lead of a workflow id; undefined when it is no lead's. */
export const leadOfWorkflowId = (workflowId: string): string | undefined =>
  workflowId.startsWith(PREFIX) ? workflowId.slice(PREFIX.length) : undefined;
