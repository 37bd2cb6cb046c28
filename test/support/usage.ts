/** For programs that tests and measurements are started by: `--help` says how, and nothing runs. */
export function showUsage(usage: string): void {
  if (!process.argv.slice(2).some((word) => word === "--help" || word === "-h")) return;
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
