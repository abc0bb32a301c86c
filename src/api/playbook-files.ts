/** A playbook as a body holds it. */
import { z } from '@hono/zod-openapi';
import { compile, MAX_FILES } from '../playbook/index.ts';
import { mistakeSchema, Problem, problemSchema } from './problem/problem.ts';
import { text } from './schemas/common.ts';
import { namedBy, textForm } from './schemas/forms.ts';

export const filesIn = z
  .strictObject({
    files: z
      .record(text(300), z.string())
      .refine((files) => Object.keys(files).length <= MAX_FILES, `must have at most ${MAX_FILES} files`)
      .openapi({ maxProperties: MAX_FILES, ...namedBy(textForm(300)) }),
  })
  .openapi('PlaybookFiles', {
    example: { files: { 'playbook.yaml': 'company: …', 'cadences/welcome.yaml': 'cadence: welcome …' } },
  });

export const playbookMistake = z
  .object({
    file: z.string(),
    line: z.number().int(),
    column: z.number().int(),
    message: z.string(),
    expected: z.string(),
  })
  .openapi('PlaybookMistake');

/** 422 of a call that takes a playbook: its mistakes, or what else was wrong. */
export const playbookProblem = {
  description:
    'The playbook has mistakes (`playbook-mistakes`), or understood and refused; `type` and `errors` say why.',
  content: {
    'application/problem+json': {
      schema: z
        .looseObject({
          ...problemSchema.shape,
          ok: z.literal(false).optional(),
          errors: z.array(z.union([playbookMistake, mistakeSchema])).optional(),
          warnings: z.array(playbookMistake).optional(),
        })
        .openapi('PlaybookProblem'),
    },
  },
};

type Files = Readonly<Record<string, string>>;

/** @throws Problem `playbook-mistakes` with all of them */
export function compiled(files: Files) {
  // Postgres has no NUL in text, and neither does a playbook.
  const binary = Object.keys(files).filter((file) => files[file]?.includes('\0'));
  const result = compile(files);
  const errors = [
    ...binary.map((file) => ({ file, line: 1, column: 1, message: 'holds a NUL character', expected: 'text' })),
    ...(result.ok ? [] : result.errors),
  ];
  if (errors.length === 0 && result.ok) return result;
  const [first] = errors;
  const where = first === undefined ? '' : `: ${first.file}:${first.line}:${first.column} ${first.message}`;
  const count = errors.length === 1 ? 'a mistake' : `${errors.length} mistakes`;
  throw new Problem('playbook-mistakes', `The playbook has ${count}${where}`, {
    errors,
    more: { ok: false, warnings: result.warnings },
  });
}
