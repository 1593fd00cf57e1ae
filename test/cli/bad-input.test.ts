/** Bad input gets one line, exit code 2 and leaves nothing behind. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { emptyFolder, hearsay } from "./hearsay.js";

const EDGES = "0 1\n1 2\n2 3\n3 0\n0 2\n".repeat(200);

/** Files that stand in the folder before the command runs. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "unknown-field.yaml": "name: a\nprotocol: push\nnodez: 5\n",
  "broken.yaml": "name: a\nprotocol: [push\n",
  "range.yaml": "name: a\nprotocol: push\nnodes: 1\n",
  "loss.yaml": "name: a\nprotocol: push\nnetwork:\n  lossRatio: 1.5\n",
  "protocol.yaml": "name: a\nprotocol: psuh\n",
  "parameter.yaml": "name: a\nprotocol: push\nparameters:\n  fanuot: 2\n",
  "clock.yaml":
    "name: a\nprotocol: push\nnetwork: { latency: constant, latencyMs: 5 }\nclock: { kind: round }\n",
  "period.yaml": "name: a\nprotocol: push\nclock: { kind: event, tickMs: 3, periodMs: 200 }\n",
  "broken.json": '{ "name": ',
  "enum.ts": 'enum A { x }\nexport default { name: "a", protocol: "push" };\n',
  "broken-line.txt": "0 1\n1 2\n2 x\n",
  "no-edges.txt": "",
  "empty.gz": "",
  "truncated.gz": gzipSync(EDGES).subarray(0, -12),
  "a-file": "",
  "not-a-record.json": '{ "schema": "hearsay.record/1" }',
};

const CASES: readonly (readonly [command: string, message: RegExp])[] = [
  ["run psuh", /SCENARIO must be .*push.*got "psuh"; did you mean push\?/],
  ["run gone.yaml", /gone\.yaml cannot be read: no such file/],
  ["run push --nodez 5", /unknown option '--nodez' \(Did you mean --nodes\?\)/],
  ["rnu push", /unknown command 'rnu' \(Did you mean run\?\)/],
  ["run", /missing required argument 'scenario'/],
  ["run push pull", /too many arguments/],
  ...["0", "1", "-5", "1e12", "1.5", "NaN", "abc", "Infinity", "''"].map(
    (nodes): [string, RegExp] => [
      `run push --nodes ${nodes}`,
      /--nodes must be a whole number from 2 to 4294967294, got "/,
    ],
  ),
  ["run push --loss 1.5", /--loss must be a number from 0 to 0\.99, got "1\.5"/],
  ["run push --loss NaN", /--loss must be a number from 0 to 0\.99, got "NaN"/],
  ["run push --nodes 10 --set fanout=10", /--set fanout must be .* 1 to 9 with 10 nodes, got 10/],
  ["run push --set fanuot=2", /--set fanuot is no parameter of push; .*did you mean fanout\?/],
  ["run push --set fanout=1.5", /--set fanout must be a whole number from 1 to \d+.*, got 1\.5/],
  ["run push --set fanout=NaN", /--set fanout must be a whole number .*, got "NaN"/],
  ["run push --set fanout", /--set must be NAME=VALUE/],
  ["run push --set fanout=", /--set must be NAME=VALUE/],
  ["run push --backend wsam", /--backend must be one of wasm, ts, both, .*did you mean wasm\?/],
  ["run push --workers 65", /--workers must be a whole number from 1 to 64, got "65"/],
  ["run push --trials 0", /--trials must be a whole number from 1 to 10000, got "0"/],
  ["run push --seed -1", /--seed must be a whole number from 0 to 4294967295, got "-1"/],
  ["run push --seed 4294967295", /--seed must be a whole number from 0 to 4294967291/],
  ["run push --coverage 1.5", /--coverage must be a number from 1e-9 to 1, got "1\.5"/],
  ["run push --max-rounds 0", /--max-rounds must be a whole number from 1 to 1000000, got "0"/],
  ["run push --clock sundial", /--clock must be one of round, event, got "sundial"/],
  ["run push --latency cites", /--latency must be one of .*did you mean cities\?/],
  ["run push --latency -1", /--latency MS must be a number from 0 to 60000 ms, got "-1"/],
  ["run push --latency uniform:5", /--latency must be uniform:MIN:MAX, got "uniform:5"/],
  ["run push --latency 50 --clock round", /--clock must be event when latency is constant/],
  ["run flood", /flood on the complete graph needs nodes up to \d+, got 100000/],
  ["run push --nodes 1e9 --latency 50", /needs .* at 1e9 nodes; 4 GiB is the limit .*try --nodes/],
  ["run push --network smal-world", /--network must be .*did you mean small-world\?/],
  ["run push --degree 4", /--degree has no effect with topology complete/],
  ["run push --network ring --degree 65", /--degree must be a whole number from 1 to 64/],
  ["run push --network k-out --nodes 5 --degree 5", /--degree must be .* from 1 to 4 at 5 nodes/],
  ["run push --network broken-line.txt", /broken-line\.txt:3/],
  ["run push --network no-edges.txt", /no-edges\.txt/],
  ["run push --network empty.gz", /empty\.gz/],
  ["run push --network truncated.gz", /truncated\.gz/],
  ["run unknown-field.yaml", /unknown-field\.yaml:3: nodez is not a field; .*did you mean nodes\?/],
  ["run broken.yaml", /broken\.yaml:3:1: /],
  ["run range.yaml", /range\.yaml:3: nodes must be a whole number from 2 to 4294967294, got 1/],
  ["run loss.yaml", /loss\.yaml:4: network\.lossRatio must be a number from 0 to 0\.99, got 1\.5/],
  ["run protocol.yaml", /protocol\.yaml:2: protocol must be one of .*did you mean push\?/],
  ["run parameter.yaml", /parameter\.yaml:4: parameters\.fanuot is no parameter of push/],
  ["run clock.yaml", /clock\.yaml:4: clock\.kind must be event when latency is constant/],
  ["run period.yaml", /period\.yaml:3: clock\.periodMs must be a multiple of the tick of 3 ms/],
  ["run broken.json", /broken\.json is not valid JSON/],
  ["run enum.ts", /enum\.ts uses TypeScript that Node cannot strip/],
  ["run push --nodes 100 --out a-file", /--out must be a folder that can be written, got "a-file"/],
  ["run push --nodes 100 --out a-file/deeper", /--out must be a folder that can be written/],
  ["run push --nodes 100 --out /proc/hearsay", /--out must be a folder that can be written/],
  ["report", /missing required argument 'record'/],
  ["report gone.json", /there is no record "gone\.json"/],
  ["report broken.json", /broken\.json is no JSON/],
  ["report not-a-record.json", /not-a-record\.json: kind is not as a record/],
  ["report not-a-record.json --md --csv", /the format must be one of .*, got --md and --csv/],
  ["list kernel", /list must be one of .*did you mean kernels\?/],
  ["completion tcsh", /completion must be one of bash, zsh, fish/],
];

describe("bad input", () => {
  it.each(CASES)("%s", (command, message) => {
    const cwd = emptyFolder();
    for (const [name, content] of Object.entries(FILES)) writeFileSync(join(cwd, name), content);
    const args = command.split(" ").map((arg) => (arg === "''" ? "" : arg));
    const { code, stdout, stderr } = hearsay(args, { cwd });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^hearsay: [^\n]+\n$/);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(readdirSync(cwd).sort()).toEqual(Object.keys(FILES).sort());
  });
});
