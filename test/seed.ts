/** One seed for all random tests: HEARSAY_TEST_SEED replays the property tests, too. */
import { configureGlobal } from "fast-check";

const seed = process.env.HEARSAY_TEST_SEED;
if (seed !== undefined) configureGlobal({ seed: Number(seed) });
