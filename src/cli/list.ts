/** `hearsay list`: what there is to run and to choose from. */
import type { Command } from "commander";
import { checkChoice } from "../check.js";
import { EXIT } from "./exit.js";
import { renderTable } from "./table.js";

const TOPICS = ["protocols", "scenarios", "networks", "presets", "kernels"] as const;

type Topic = (typeof TOPICS)[number];

/** One line of a list; `details` stand below it, and in the JSON as they are. */
interface Entry {
  readonly name: string;
  readonly summary: string;
  readonly details?: readonly string[];
}

const HELP = `
Examples:
  hearsay list
  hearsay list protocols
  hearsay list networks --json
`;

export function addListCommand(program: Command, finish: (code: number) => void): void {
  program
    .command("list")
    .summary("list protocols, scenarios, networks, presets or kernels")
    .description("List what there is: protocols, scenarios, networks, presets, kernels, or all.")
    .argument("[topic]", TOPICS.join(", "))
    .option("--json", "print the lists as JSON")
    .addHelpText("after", HELP)
    .action(async (topic: string | undefined, flags: { json?: true }) => {
      const topics = topic === undefined ? TOPICS : [checkChoice("list", topic, TOPICS)];
      const lists: Partial<Record<Topic, readonly Entry[]>> = {};
      for (const each of topics) lists[each] = await ENTRIES[each]();
      const text = flags.json === true ? JSON.stringify(lists, null, 1) : renderLists(lists);
      process.stdout.write(`${text}\n`);
      finish(EXIT.fine);
    });
}

const ENTRIES: Readonly<Record<Topic, () => Promise<readonly Entry[]>>> = {
  protocols: protocolEntries,
  scenarios: scenarioEntries,
  networks: () => Promise.resolve(NETWORKS),
  presets: presetEntries,
  kernels: () => Promise.resolve(KERNELS),
};

/** One entry per topology, latency and selection of buildNetwork, in its order; a test compares them. */
export const NETWORKS: readonly Entry[] = [
  { name: "complete", summary: "every node may contact every other; takes no memory" },
  { name: "k-out", summary: "each node picks --degree others; picked nodes know it too" },
  { name: "ring", summary: "a circle, --degree neighbours on either side" },
  { name: "small-world", summary: "a ring with some of its edges rewired at random" },
  { name: "scale-free", summary: "preferential attachment: few hubs, many leaves" },
  { name: "grid", summary: "a square lattice, neighbours left, right, above, below" },
  { name: "file", summary: "an edge list of yours, plain or .gz: --network FILE" },
  { name: "latency round", summary: "every message takes one tick" },
  { name: "latency constant", summary: "the same delay for all: --latency 50" },
  { name: "latency uniform", summary: "between two delays: --latency uniform:10:100" },
  { name: "latency lognormal", summary: "around a median: --latency lognormal:50:0.5" },
  { name: "latency zones", summary: "short within a data centre, long between: zones:0.5:40" },
  { name: "latency edge", summary: "the third column of an edge list: --latency edge" },
  { name: "latency cities", summary: "nodes on the world's cities, delay from distance" },
  { name: "selection uniform", summary: "peers: all others or all neighbours alike" },
  { name: "selection degree", summary: "neighbours by degree^alpha; scale-free: hubs first" },
  { name: "selection centrality", summary: "neighbours by score^alpha: coreness, pagerank, ..." },
  { name: "selection zones", summary: "outsideDc of the calls leave the data centre, the rack" },
  { name: "selection nearest", summary: "the nearest of some candidates, by delay" },
  { name: "selection spatial", summary: "at distance d by d^-rho, on a ring or torus of ids" },
];

/** One entry per file of assembly/kernels/; a test compares the two. */
export const KERNELS: readonly Entry[] = [
  { name: "alias", summary: "alias tables: weighted draws in constant time" },
  {
    name: "bloom",
    summary: "Bloom filters in batches: one for all, or one per node",
  },
  { name: "bloom-cells", summary: "counting and stable filters, and the exact set" },
  { name: "digest", summary: "64-bit digest of a trial's final state" },
  { name: "fingerprints", summary: "cuckoo, xor and binary fuse filters" },
  { name: "galois", summary: "arithmetic of GF(2^m), for PinSketch" },
  { name: "iblt", summary: "invertible Bloom lookup tables: add, subtract, peel" },
  { name: "iblt-rateless", summary: "coded symbols of rateless IBLTs: encode, decode" },
  { name: "merkle", summary: "Merkle trees over key ranges: build, update, compare" },
  { name: "peer-sampling", summary: "uniform peers of many nodes, of all or of neighbours" },
  { name: "peer-sampling-weighted", summary: "weighted peers: by table, distance or group" },
  { name: "permutation", summary: "keyed orders of all peers, without a list" },
  { name: "random", summary: "counter-based random words and unbiased bounded draws" },
  { name: "rumor", summary: "bit-level push, pull and push-pull rounds of one rumor" },
  { name: "view-rows", summary: "search, age and draw among the entries of one view" },
  { name: "xxhash", summary: "XXH64, a fast hash of bytes (not a cryptographic one)" },
];

async function protocolEntries(): Promise<readonly Entry[]> {
  const { protocols } = await import("../protocols/registry.js");
  return protocols.map(({ id, summary, parameters }) => ({
    name: id,
    summary,
    details: Object.entries(parameters).map(([name, spec]) => {
      const { min, max, choices, unit } = spec;
      const range = choices?.join(" | ") ?? `${min}..${max} ${unit}`.trim();
      const preset = choices?.[spec.default] ?? String(spec.default);
      return `${name} = ${preset} (${range}): ${spec.description}`;
    }),
  }));
}

async function presetEntries(): Promise<readonly Entry[]> {
  const { PRESETS } = await import("../scenario/presets.js");
  return Object.entries(PRESETS).map(([name, { summary }]) => ({ name, summary }));
}

async function scenarioEntries(): Promise<readonly Entry[]> {
  const { builtinNames, loadBuiltin } = await import("../scenario/find.js");
  const suites = await Promise.all(builtinNames().map((name) => loadBuiltin(name)));
  return suites.map(({ name, title, scenarios }) => ({
    name,
    summary: title,
    details: scenarios.map(({ settings }) => settings.title ?? settings.name ?? ""),
  }));
}

function renderLists(lists: Readonly<Partial<Record<Topic, readonly Entry[]>>>): string {
  return Object.entries(lists)
    .map(([topic, entries]) => `${topic}\n${renderEntries(entries)}`)
    .join("\n\n");
}

/** Names in one column; a detail follows its entry, in the second column. */
function renderEntries(entries: readonly Entry[]): string {
  const rows = entries.flatMap(({ name, summary, details = [] }) => [
    ...folded(summary).map((line, index) => ["", index === 0 ? name : "", line]),
    ...details.flatMap((detail) => folded(detail, "- ").map((line) => ["", "", line])),
  ]);
  const column = { title: "", align: "left" } as const;
  return renderTable([column, column, column], rows).split("\n").slice(1).join("\n");
}

/** Longest line of the second column: 80 less the widest protocol name and the gaps. */
const TEXT_COLUMNS = 58;

/** Breaks a text at blanks into lines of at most TEXT_COLUMNS. */
function folded(text: string, mark = ""): string[] {
  const lines: string[] = [];
  let line = mark;
  for (const word of text.split(" ")) {
    if (line.length + word.length > TEXT_COLUMNS && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = " ".repeat(mark.length);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
