/** JSON Schema of every kind of playbook file and of the files about people, generated from the zod schemas, for editors. */
import { z } from 'zod';
import { behaviourSchema } from '../../core/behaviour.ts';
import { cadenceSchema } from './cadence.ts';
import { emailSchema } from './email.ts';
import { playbookSchema } from './playbook.ts';
import { repsSchema } from './reps.ts';

/** File name (`playbook.schema.json`, …) to JSON Schema (draft 2020-12). */
export function jsonSchemas(): Record<string, Record<string, unknown>> {
  const schemas = {
    playbook: playbookSchema,
    cadence: cadenceSchema,
    email: emailSchema,
    behaviour: behaviourSchema,
    reps: repsSchema,
  };
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      `${name}.schema.json`,
      { ...z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' }) },
    ]),
  );
}
