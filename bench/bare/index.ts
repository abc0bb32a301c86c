export * from '../../workflows/index.ts';
export * from './workflows.ts';
