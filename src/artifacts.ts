/**
 * Where the built files stand: the WASM module, the TypeScript backend, the thread entry, the
 * report's client script. Found from the package root, so source and bundle agree on the place.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "./errors.js";

/** Folder that holds this package's package.json. */
export const packageRoot: string = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

/** Absolute path of a file under dist/; throws InputError with the mend when it was never built. */
export function artifact(...path: readonly string[]): string {
  const file = join(packageRoot, "dist", ...path);
  if (!existsSync(file)) {
    throw new InputError(`dist/${path.join("/")} is missing: run npm run build`);
  }
  return file;
}

/** The package's own version, as package.json states it. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as {
    version: string;
  };
  return manifest.version;
}

function findPackageRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) {
      const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { name?: string };
      if (name === "hearsay") return folder;
    }
    if (dirname(folder) === folder) {
      throw new InputError(`no hearsay package.json above ${from}`);
    }
  }
}
