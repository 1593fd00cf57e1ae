/** `hearsay completion`: a script for the shell that completes commands, flags and scenarios. */
import type { Command } from "commander";
import { checkChoice } from "../check.js";
import { EXIT } from "./exit.js";

const SHELLS = ["bash", "zsh", "fish"] as const;

const HELP = `
Examples:
  source <(hearsay completion bash)
  source <(hearsay completion zsh)
  hearsay completion fish | source
`;

export function addCompletionCommand(program: Command, finish: (code: number) => void): void {
  program
    .command("completion")
    .summary("print a completion script for your shell")
    .description("Print a script that completes commands, flags and names in your shell.")
    .argument("<shell>", SHELLS.join(", "))
    .addHelpText("after", HELP)
    .action(async (shell: string) => {
      const chosen = checkChoice("completion", shell, SHELLS);
      const words = await wordsOf(program);
      process.stdout.write(chosen === "fish" ? fishScript(words) : bashScript(words, chosen));
      finish(EXIT.fine);
    });
}

/** Words that may follow each command: its flags and the names it takes. */
type Words = readonly (readonly [command: string, words: readonly string[]])[];

async function wordsOf(program: Command): Promise<Words> {
  const { builtinNames } = await import("../scenario/find.js");
  const { protocols } = await import("../protocols/registry.js");
  const { OVERLAY_NAMES } = await import("../views/presets.js");
  const names: Readonly<Record<string, readonly string[]>> = {
    run: [...builtinNames(), ...protocols.map(({ id }) => id)],
    compare: ["wasm", "ts"],
    list: ["protocols", "scenarios", "networks", "kernels"],
    completion: SHELLS,
    views: OVERLAY_NAMES,
  };
  return program.commands.map((command) => {
    const flags = command.options.map(({ long, short }) => long ?? short ?? "");
    return [command.name(), [...(names[command.name()] ?? []), ...flags, "--help"]];
  });
}

/** One function serves bash and zsh, which reads bash completions after bashcompinit. */
function bashScript(words: Words, shell: "bash" | "zsh"): string {
  const cases = words.map(([command, list]) => `    ${command}) words="${list.join(" ")}" ;;`);
  const commands = words.map(([command]) => command).join(" ");
  return [
    ...(shell === "zsh"
      ? ["autoload -U +X compinit bashcompinit && compinit && bashcompinit"]
      : []),
    "_hearsay() {",
    '  local words="--help --version"',
    '  case "${COMP_WORDS[1]}" in',
    ...cases,
    `    *) words="$words ${commands}" ;;`,
    "  esac",
    `  [ "$COMP_CWORD" -eq 1 ] && words="${commands} --help --version"`,
    '  COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))',
    "}",
    "complete -o default -F _hearsay hearsay",
    "",
  ].join("\n");
}

function fishScript(words: Words): string {
  const lines = words.flatMap(([command, list]) => [
    `complete -c hearsay -n __fish_use_subcommand -a ${command}`,
    ...list.map((word) => {
      const kind = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`;
      return `complete -c hearsay -n "__fish_seen_subcommand_from ${command}" ${kind}`;
    }),
  ]);
  return `${lines.join("\n")}\n`;
}
