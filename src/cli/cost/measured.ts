/** Written by `npm run bench:figures`; never by hand. */
import type { Measured } from './figures.ts';

export const MEASURED: Measured = {
  on: '2026-11-24',
  machine: '2 cores, AMD EPYC, Node v24.21.0',
  enrolment: {
    actions: 3,
    historyBytes: 1256,
    transactions: 1.3,
    cpuMs: 19.7,
  },
  wake: {
    actions: 2,
    historyBytes: 1158,
    transactions: 2,
    cpuMs: 23.9,
  },
  burst: {
    actions: 2,
    historyBytes: 1094,
    transactions: 1.1,
    cpuMs: 2.9,
  },
  api: {
    cpuMs: 7.3,
    transactions: 3,
  },
  stored: {
    leadBytes: 7782,
    wakeBytes: 1352,
    signalBytes: 614,
  },
  life: {
    days: 90,
    touches: 6.63,
    signals: 6.69,
    wakes: 6.93,
    tasks: 1.2,
  },
};
