// Prints the known defects of ServiceX, each with the test here that meets it, or why there is none
// yet. Exits 1 when one has neither.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { type Defect, defects } from "./known-defects.ts";

const root = fileURLToPath(new URL(".", import.meta.url));

const tests = new Map<number, string[]>();
for (const path of globSync("**/*.test.ts", { cwd: root }).sort()) {
  for (const [, , number, title] of readFileSync(root + path, "utf8").matchAll(
    /\btest(?:\.\w+)?\(\s*(["'`])defect (\d+): (.+?)\1,/g,
  )) {
    tests.set(Number(number), [...(tests.get(Number(number)) ?? []), `${title} (test/${path})`]);
  }
}

let open = 0;
for (const defect of defects) {
  const found = tests.get(defect.number) ?? [];
  if (found.length === 0 && !defect.notYet) open++;
  process.stdout.write(`${line(defect, found)}\n`);
}
const met = defects.filter(({ number }) => tests.has(number)).length;
process.stdout.write(
  `\n${met} of ${defects.length} are met by a test; ${open} have neither a test nor a reason.\n`,
);
process.exitCode = open > 0 ? 1 : 0;

function line({ number, what, notYet }: Defect, found: string[]): string {
  const head = `${String(number).padStart(2)}  ${what}`;
  const answers =
    found.length > 0
      ? found.map((title) => `    ✓ ${title}`)
      : [`    – ${notYet ?? "no test, and no reason why"}`];
  return [head, ...answers].join("\n");
}
