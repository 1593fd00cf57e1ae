/** What the page says about the runs themselves: status, machine, command. */
import type { Environment } from "../history/record.js";
import { formatBytes } from "../units.js";
import { printable } from "./escape.js";
import { plural } from "./format.js";
import type { Run } from "./runs.js";

/** "4 runs, all complete; both backends ended every trial in the same state." */
export function statusText(runs: readonly Run[]): string {
  const partial = runs.filter(({ record }) => record.status === "partial");
  const differing = runs.filter(({ record }) => record.agreement.digestsEqual === false);
  const compared = runs.filter(({ record }) => record.agreement.digestsEqual === true);
  const parts = [plural(runs.length, "run")];
  if (runs.length > 0) {
    parts.push(
      partial.length === 0
        ? runs.length === 1
          ? "complete"
          : "all complete"
        : `${partial.length} cut short (${names(partial)}): what is shown is true, but trials are missing`,
    );
  }
  const state =
    differing.length > 0
      ? `; WRONG OUTPUT: the backends' digests differ in ${names(differing)}`
      : compared.length > 0
        ? `; both backends ended every trial${compared.length < runs.length ? ` of ${names(compared)}` : ""} in the same state (equal digests)`
        : "";
  return `${parts.join(", ")}${state}.`;
}

function names(runs: readonly Run[]): string {
  const shown = runs.slice(0, 3).map(({ label }) => label);
  return runs.length > 3 ? `${shown.join(", ")} and ${runs.length - 3} more` : shown.join(", ");
}

/** One line per distinct environment. */
export function environmentLines(runs: readonly Run[]): string[] {
  return [...new Set(runs.map(({ record: { environment } }) => machineLine(environment)))];
}

/** "Node 26.10.0 (V8 14.6) · Linux x64 · AMD EPYC, 2 cores, 8 GiB memory · commit 1a2b3c". */
export function machineLine(environment: Environment): string {
  const { node, v8, os, arch, cpu, cores, memoryBytes, commit, dirty } = environment;
  const parts = [
    `Node ${node} (V8 ${v8})`,
    `${os} ${arch}`,
    `${cpu}, ${plural(cores, "core")}, ${formatBytes(memoryBytes)} memory`,
  ];
  if (commit !== null) {
    parts.push(`commit ${commit.slice(0, 12)}${dirty === true ? " with changes" : ""}`);
  }
  return printable(parts.join(" · "));
}

/** Commands that repeat the runs, each once, on one line and without control codes. */
export function commandsOf(runs: readonly Run[]): string[] {
  return [...new Set(runs.map(({ record }) => printable(record.command)))];
}
