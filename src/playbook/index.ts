/** What other layers use of the playbook. */
export { createPlaybookCache, type PlaybookCache } from './cache.ts';
export { type Compiled, compile, compileRead } from './compile.ts';
export {
  hashFiles,
  isPlaybookFile,
  MAX_FILE_BYTES,
  MAX_FILES,
  type PlaybookFiles,
} from './files.ts';
export { type PlaybookFolder, readPlaybookFolder } from './folder.ts';
export { createLiquid, TEMPLATE_VARIABLES } from './liquid.ts';
export { checkBehaviour, checkReps, type People } from './people.ts';
export { formatProblem, type PlaybookProblem } from './problems.ts';
export { jsonSchemas } from './schemas/json.ts';
export { BUILT_IN_SIGNALS } from './signals.ts';
