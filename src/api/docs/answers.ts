/**
 * What a call of a form may always answer, so that no route can forget it: a bad key for repeated calls, a body too
 * large, an id of nothing. What is particular to a route is said there.
 */
import { type Failure, failure } from '../schemas/common.ts';
import type { OperationObject } from './document.ts';

/** Paths below this one are about one lead, which may have been erased or merged. */
const ONE_LEAD = '/v1/leads/{id}';

/** By a key and nothing else: an event of the mail service has other proofs, and is known by its own id. */
export const isGuarded = ({ security }: OperationObject): boolean =>
  security.length === 1 && Object.hasOwn(security[0] ?? {}, 'bearer');

function failuresOf(path: string, method: string, operation: OperationObject): Failure[] {
  const guarded = isGuarded(operation);
  const isIn = (where: string): boolean => operation.parameters.some((one) => one.in === where);
  return [
    ...(guarded && method !== 'get' ? ([400, 422] as const) : []),
    ...(isIn('query') ? ([400] as const) : []),
    ...(operation.requestBody === undefined ? [] : ([400, 413, 415] as const)),
    ...(isIn('path') ? ([400, 404] as const) : []),
    ...(guarded && path.startsWith(ONE_LEAD) ? ([410] as const) : []),
  ];
}

/** The operation with all it may answer. Pages for people answer in HTML, and say themselves what. */
export function withAnswers(path: string, method: string, operation: OperationObject): OperationObject {
  const types = Object.values(operation.responses).flatMap(({ content = {} }) => Object.keys(content));
  if (types.includes('text/html')) return operation;
  const always = Object.fromEntries(failuresOf(path, method, operation).map((status) => [status, said(status)]));
  return { ...operation, responses: { ...always, ...operation.responses } };
}

/** By reference, as the generator writes a schema with a name. */
function said(status: Failure): OperationObject['responses'][string] {
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description: failure(status).description, content: { 'application/problem+json': { schema } } };
}
