/** The command line that repeats a run, as a record keeps it. */

/** Quoted for a POSIX shell where needed. */
export function commandText(args: readonly string[]): string {
  const quoted = args.map((arg) =>
    /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`,
  );
  return ["hearsay", ...quoted].join(" ");
}
