#!/usr/bin/env node
/**
 * Entry of the command line. It imports nothing before the check, so that a Node too old to load
 * the rest still says what is needed.
 */
const NODE_MIN = [22, 18] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
  const needed = NODE_MIN.join(".");
  process.stderr.write(`hearsay: needs Node ${needed} or newer, this is ${process.version}\n`);
  process.exitCode = 2;
} else {
  const { main } = await import("./program.js");
  process.exitCode = await main(process.argv.slice(2));
}

export {};
