/** Formatting of numbers with their units, the same in the terminal, in reports and in errors. */

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** 6_549_825_126 -> "6.1 GiB"; binary multiples, three significant digits at most. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${trimmed(value)} ${BYTE_UNITS[unit] ?? "B"}`;
}

/** 1_000_000 -> "1,000,000"; exact integers with group separators, locale independent. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1e6 -> "1e6", 62586 -> "62586": the shortest form a user would type for a node count. */
export function formatNodes(nodes: number): string {
  const exponent = Math.floor(Math.log10(Math.max(1, nodes)));
  const mantissa = nodes / 10 ** exponent;
  return exponent >= 3 && Number.isInteger(mantissa * 10)
    ? `${mantissa}e${exponent}`
    : String(nodes);
}

/** Milliseconds with a unit that suits the size: "812 µs", "4.2 ms", "1.3 s", "2 min 5 s". */
export function formatDuration(ms: number): string {
  if (ms < 1) return `${trimmed(ms * 1000)} µs`;
  if (ms < 1000) return `${trimmed(ms)} ms`;
  if (ms < 60_000) return `${trimmed(ms / 1000)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** Three significant digits below 100, whole numbers above; never exponent notation below 1e21. */
export function trimmed(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return formatCount(value);
  return String(Number(value.toPrecision(3)));
}
