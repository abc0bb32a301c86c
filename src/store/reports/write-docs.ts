/** Writes docs/reports.md. */
import { writeFile } from 'node:fs/promises';
import { documentOf } from './document.ts';
import { REPORTS } from './index.ts';

await writeFile(new URL('../../../docs/reports.md', import.meta.url), documentOf(Object.values(REPORTS)));
