/** Gives every property test the seed that the run printed, so that a failure can be repeated. */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.VOLLEY_TEST_SEED) });
