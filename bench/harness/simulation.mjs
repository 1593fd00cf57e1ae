/**
 * `node bench/harness/simulation.mjs [RUNS]`: the rule of verdicts on drawn rounds, 50 rows a run. Cells are shares of
 * runs; the naive gate is a t test of the first ten rounds of each row, p < 0.05 and more than 2 % slower.
 */
import { simulate } from "../../dist/measure/simulation.js";

const runs = Number(process.argv[2] ?? 1500);
const NOISE = [
  ["SD 1 %", { sd: 0.01, noisyShare: 0, biasSd: 0 }],
  ["SD 2 %", { sd: 0.02, noisyShare: 0, biasSd: 0 }],
  ["SD 2 %, one round in ten 5x noisier", { sd: 0.02, noisyShare: 0.1, biasSd: 0 }],
  ["SD 1 %, the same, lasting bias of SD 1 %", { sd: 0.01, noisyShare: 0.1, biasSd: 0.01 }],
];
const share = (value) => `${(100 * value).toFixed(1)} %`.padStart(8);
console.log(`${"noise of a round".padEnd(42)} red naive    +3 %    +5 %    +8 %   (${runs} runs)`);
for (const [name, noise] of NOISE) {
  const at = (change) => simulate(noise, { runs, rows: 50, change, seed: 11 });
  const none = at(0);
  const found = [0.03, 0.05, 0.08].map((change) => share(at(change).found));
  console.log(
    `${name.padEnd(42)}${share(none.falseRed)}${share(none.falseRedNaive)}${found.join("")}`,
  );
}
