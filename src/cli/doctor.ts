/** `hearsay doctor`: what on this machine will spoil a measurement, one line each. */
import type { Command } from "commander";
import { packageRoot } from "../artifacts.js";
import type { Finding } from "../measure/doctor.js";
import { EXIT } from "./exit.js";
import { renderTable } from "./table.js";

const HELP = `
Takes half a second. Exits: 0, or 3 with --strict when a line says bad.

Examples:
  hearsay doctor
  hearsay doctor --strict --json
`;

export function addDoctorCommand(program: Command, finish: (code: number) => void): void {
  program
    .command("doctor")
    .summary("what on this machine will spoil a measurement")
    .description("Look at clock rates, cores, quotas, memory, clock and flags; say what to mend.")
    .option("--strict", "exit 3 when a line says bad")
    .option("--json", "print the findings and what was seen as JSON")
    .addHelpText("after", HELP)
    .action(async (flags: { strict?: true; json?: true }) => {
      const { diagnose } = await import("../measure/doctor.js");
      const { observe } = await import("../measure/observe.js");
      const observed = await observe(packageRoot);
      const findings = diagnose(observed);
      const text =
        flags.json === true
          ? JSON.stringify({ findings, observed }, null, 1)
          : renderFindings(findings);
      process.stdout.write(`${text.replace(/[^\P{C}\n]/gu, "?")}\n`);
      const isBad = findings.some(({ level }) => level === "bad");
      finish(isBad && flags.strict === true ? EXIT.undecided : EXIT.fine);
    });
}

export function renderFindings(findings: readonly Finding[]): string {
  const columns = ["", "", "found", "what to do"].map((title) => ({
    ...{ title, align: "left" as const },
  }));
  const rows = findings.map(({ name, level, found, advice }) => [level, name, found, advice]);
  const count = (level: Finding["level"]): number =>
    findings.filter((finding) => finding.level === level).length;
  const last = `${count("ok")} ok, ${count("warn")} warn, ${count("bad")} bad`;
  return `${renderTable(columns, rows)}\n${last}`;
}
