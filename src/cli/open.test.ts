/** Opening a page: the desktop's program gets the file's whole path; a machine without one says so. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openFile } from "./open.js";

const folder = mkdtempSync(join(tmpdir(), "hearsay-open-"));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(process.platform !== "linux")("opening a page", () => {
  it("hands its path to xdg-open, and is false where there is none", async () => {
    vi.stubEnv("PATH", folder);
    expect(await openFile("reports/a b.html")).toBe(false);
    const opener = join(folder, "xdg-open");
    const got = join(folder, "got");
    writeFileSync(
      opener,
      `#!/bin/sh\nprintf '%s' "$1" > '${got}.part' && /bin/mv '${got}.part' '${got}'\n`,
    );
    chmodSync(opener, 0o755);
    expect(await openFile("reports/a b.html")).toBe(true);
    await vi.waitFor(() => expect(existsSync(got)).toBe(true), { timeout: 5000 });
    expect(readFileSync(got, "utf8")).toBe(resolve("reports/a b.html"));
  });
});
