/** What a scenario's name on the command line means: a built-in, a protocol's defaults, or a file. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { packageRoot } from "../artifacts.js";
import { nearestName, shown } from "../check.js";
import { InputError } from "../errors.js";
import { findProtocol, protocols } from "../protocols/registry.js";
import { loadSuite, SCENARIO_EXTENSIONS, type LoadedSuite } from "./load.js";

/** Folder of the scenarios that ship with the package. */
const builtinFolder = join(packageRoot, "bench", "scenarios");

/** Names of the built-in scenarios, in alphabetical order. */
export function builtinNames(): string[] {
  return readdirSync(builtinFolder)
    .filter((file) => extname(file) === ".yaml")
    .map((file) => basename(file, ".yaml"))
    .sort();
}

/** Loads a built-in; messages name it by its file name alone. */
export function loadBuiltin(name: string): Promise<LoadedSuite> {
  return loadSuite(join(builtinFolder, `${name}.yaml`));
}

/**
 * @param name a built-in scenario, a protocol id, or the path of a scenario file, tried in this order
 * @throws InputError listing what there is, with the nearest name
 */
export async function findSuite(name: string): Promise<LoadedSuite> {
  const builtins = builtinNames();
  if (builtins.includes(name)) return loadBuiltin(name);
  const protocol = findProtocol(name);
  if (protocol !== undefined) {
    const { id, title } = protocol;
    const settings = { name: id, protocol: id, title };
    return { name: id, title, scenarios: [{ settings, label: (field) => field }] };
  }
  const looksLikeFile =
    /[/\\]/.test(name) || (SCENARIO_EXTENSIONS as readonly string[]).includes(extname(name));
  if (looksLikeFile || (existsSync(name) && statSync(name).isFile())) return loadSuite(name);
  const ids = protocols.map(({ id }) => id);
  const nearest = nearestName(name, [...builtins, ...ids]);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(
    `SCENARIO must be a built-in (${builtins.join(", ")}), a protocol (${ids.join(", ")}) ` +
      `or a file, got ${shown(name)}${hint}`,
  );
}
