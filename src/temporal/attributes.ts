/**
 * Typed search attributes: what Temporal's own UI can filter by. They are set when a workflow
 * starts, which is free, and never upserted, which is a billable action. Ids only.
 */
import type { Client } from '@temporalio/client';
import { defineSearchAttributeKey, type SearchAttributePair, TypedSearchAttributes } from '@temporalio/common';
import proto from '@temporalio/proto';
import { VolleyError } from '../core/errors.ts';
import { ATTRIBUTES } from './names.ts';

const kind = defineSearchAttributeKey(ATTRIBUTES.kind, 'KEYWORD');
const leadId = defineSearchAttributeKey(ATTRIBUTES.lead, 'KEYWORD');

/** Attributes of a lead's workflow. */
export const leadAttributes = (id: string): TypedSearchAttributes => {
  const pairs: SearchAttributePair[] = [
    { key: kind, value: 'lead' },
    { key: leadId, value: id },
  ];
  return new TypedSearchAttributes(pairs);
};

/** Attributes of any other workflow of ours, e.g. `import`. */
export const kindAttributes = (value: string): TypedSearchAttributes =>
  new TypedSearchAttributes([{ key: kind, value }]);

/**
 * Registers what the namespace lacks; a start with an unknown attribute is refused by the server.
 * Throws VolleyError `search-attributes` where the server lets nobody register them this way
 * (Temporal Cloud) and they are missing.
 */
export async function ensureSearchAttributes(client: Client): Promise<{ added: string[] }> {
  const { namespace } = client.options;
  const operator = client.connection.operatorService;
  const missing: string[] = [];
  try {
    const { customAttributes } = await operator.listSearchAttributes({ namespace });
    missing.push(...Object.values(ATTRIBUTES).filter((name) => customAttributes[name] === undefined));
    if (missing.length === 0) return { added: [] };
    const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;
    await operator.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
    return { added: missing };
  } catch (cause) {
    const names = missing.length === 0 ? Object.values(ATTRIBUTES) : missing;
    throw new VolleyError('search-attributes', `Cannot register the search attributes ${names.join(', ')}`, {
      fix: `Add them to the namespace ${namespace} as Keyword, e.g. with \`temporal operator search-attribute create\`.`,
      cause,
    });
  }
}
