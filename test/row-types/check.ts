// Every statement of the sources against a migrated database: it parses, and its rows are as typed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { misnamedQueries, sharedNames, statementCalls } from "./calls.ts";
import { differences } from "./compare.ts";
import { openDescriber } from "./describe.ts";
import { textsOf } from "./texts.ts";

export interface Checked {
  statements: number;
  /** a place and what is wrong there */
  problems: string[];
  /** places whose texts are not known, and the names that hide them */
  unknown: string[];
}

export async function checkRowTypes({
  root,
  folder,
  url,
}: {
  root: string;
  folder: string;
  url: string;
}): Promise<Checked> {
  const program = openProgram(join(root, folder, "tsconfig.json"));
  const files = program
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && file.fileName.startsWith(join(root, folder)));
  const calls = statementCalls(program, files, root);
  const texts = await textsOf(program.getTypeChecker(), calls, root);
  const describer = await openDescriber(url);
  const problems = [...misnamedQueries(files, root), ...sharedNames(calls)];
  const checked: Checked = { statements: 0, problems, unknown: [] };
  try {
    for (const [index, { place, row }] of calls.entries()) {
      const { texts: known = [], unknown } = texts[index] ?? {};
      if (unknown !== undefined) checked.unknown.push(`${place} (${unknown})`);
      for (const text of known) {
        checked.statements++;
        const found = await describer.describe(text).then(
          (described) => (row ? differences(row, described) : []),
          (error: Error) => [`Postgres refuses the statement: ${error.message}`],
        );
        checked.problems.push(...found.map((problem) => `${place} ${problem}`));
      }
    }
  } finally {
    await describer.close();
  }
  checked.problems = [...new Set(checked.problems)];
  return checked;
}

function openProgram(config: string): ts.Program {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    config,
    { noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic({ messageText }) {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
      },
    },
  );
  if (!parsed) throw new Error(`${config} cannot be read.`);
  // Files with statements, and what they import: the whole tree would take twice as long.
  const speaking = parsed.fileNames.filter((name) =>
    /\bquery[<(]/.test(readFileSync(name, "utf8")),
  );
  return ts.createProgram(speaking, parsed.options);
}
