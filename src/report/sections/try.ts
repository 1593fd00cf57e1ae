/**
 * "Try it here": the place where the page runs trials in the reader's browser, and the WASM module it
 * runs, packed. Controls and results come from src/panel, which knows the protocols.
 */
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { artifact } from "../../artifacts.js";

export function trySection(): string {
  const wasm = readFileSync(artifact("hearsay.browser.wasm"));
  const packed = deflateRawSync(wasm, { level: 9 }).toString("base64");
  return `<section id="try">
<h2>Try it here</h2>
<p class="lead">This page carries the WebAssembly kernels that the command line runs. Choose settings and run a trial in this browser: nothing is fetched and nothing is sent. The same settings end in the same state everywhere; the digest of that state shows it.</p>
<p class="note scripts-only">This page was opened with scripts off: trials cannot be run in it.</p>
<form class="try" id="try-form">
<div id="try-controls"></div>
<p class="try-run"><button type="submit" class="primary" id="try-run">Run in this browser</button></p>
</form>
<div id="try-result"></div>
<script type="application/octet-stream" id="try-module">${packed}</script>
</section>`;
}
