/**
 * The shell of a page: one file, no network, a policy that admits this script and this style by their
 * hashes and nothing else.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { artifact } from "../artifacts.js";
import { invariant } from "../errors.js";
import { escape } from "./escape.js";

export interface PageParts {
  readonly title: string;
  readonly body: string;
  /** Without it the page has no script, and its policy allows none. */
  readonly script?: string;
  /** true: the script may compile WebAssembly that stands in the page. */
  readonly runsWasm?: boolean;
}

/** A bundled client: `client` draws, `panel` runs trials as well, `measure` unpacks measured rows. */
export function clientScript(name: "client" | "panel" | "measure" = "client"): string {
  return inlinable(readFileSync(artifact("report", `${name}.js`), "utf8"));
}

export function renderDocument({ title, body, script, runsWasm }: PageParts): string {
  const style = inlinable(readFileSync(artifact("report", "style.css"), "utf8"));
  const wasm = runsWasm === true ? " 'wasm-unsafe-eval'" : "";
  const policy = [
    "default-src 'none'",
    ...(script === undefined ? [] : [`script-src '${hashOf(script)}'${wasm}`]),
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escape(title)}</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M1 14C8 14 7 2 15 2' fill='none' stroke='%230a5fa8' stroke-width='2.5'/%3E%3C/svg%3E">
<style>${style}</style>
</head>
<body>
${body}
${script === undefined ? "" : `<script>${script}</script>\n`}</body>
</html>
`;
}

/** A parser turns CR into LF, and ends a block at its end tag: the hash must be of what it sees. */
function inlinable(text: string): string {
  const normal = text.replaceAll("\r\n", "\n");
  invariant(!/<\/(?:script|style)|<!--|\r|\0/i.test(normal), "a built file cannot be inlined");
  return normal;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
