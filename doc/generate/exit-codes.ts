// The table of exit codes in doc/command-line.md.
import { exitRows } from "../../src/client/cli/exit-codes.ts";

const [begin, end] = [
  "<!-- begin: made from the exit codes by npm run generate -->\n",
  "<!-- end -->",
];

/** The page with that table made again. */
export function withExitCodes(page: string): string {
  const [before, rest = ""] = page.split(begin);
  const rows = exitRows().map(({ code, meaning }) => `| ${code} | ${meaning} |\n`);
  const table = `\n| code | meaning |\n|---|---|\n${rows.join("")}\n`;
  return `${before}${begin}${table}${rest.slice(rest.indexOf(end))}`;
}
