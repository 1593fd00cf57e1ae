/** For detect.mjs: vitest's own benchmarks, with its defaults. */
export default { test: { benchmark: { include: ["bench/harness/.compared.bench.mjs"] } } };
