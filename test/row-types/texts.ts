// The texts that a statement's expression can have. Sources are bundled with each expression beside
// what it is made of, and run: constants, imported rules and helper functions give their real
// values.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type ts from "typescript";
import type { StatementCall } from "./calls.ts";
import { enumeration } from "./enumerate.ts";

export interface Texts {
  texts: string[];
  /** why the texts are not known */
  unknown?: string;
}

const exported = "rowTypesStatements";

/** In the order of the calls. */
export async function textsOf(
  checker: ts.TypeChecker,
  calls: StatementCall[],
  root: string,
): Promise<Texts[]> {
  const files = [...new Set(calls.map(({ file }) => file))];
  const additions = new Map(files.map((file) => [file.fileName, [] as string[]]));
  const found: Texts[] = calls.map(({ file, text }, index) => {
    const { code, unknown } = enumeration(checker, text);
    if (unknown !== undefined) return { texts: [], unknown };
    additions
      .get(file.fileName)
      ?.push(`[${index}, () => { const out: unknown[] = []; ${code} return out; }]`);
    return { texts: [] };
  });
  for (const [index, texts] of await run(additions, root))
    if (found[index]) found[index].texts = [...new Set(texts)];
  return found;
}

/** A folder below `root`, so that the bundle finds the packages that it does not contain. */
async function run(additions: Map<string, string[]>, root: string): Promise<[number, string[]][]> {
  const folder = mkdtempSync(join(root, "node_modules", ".row-types-"));
  const bundle = join(folder, "statements.mjs");
  try {
    const paths = [...additions.keys()];
    const { outputFiles } = await build({
      stdin: {
        contents: [
          ...paths.map(
            (path, n) => `import { ${exported} as s${n} } from ${JSON.stringify(path)};`,
          ),
          `export const all = [${paths.map((_, n) => `...s${n}`).join(", ")}];`,
        ].join("\n"),
        resolveDir: root,
        loader: "ts",
      },
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      plugins: [
        {
          name: "statements",
          setup({ onLoad }) {
            onLoad({ filter: /\.ts$/ }, async ({ path }) => {
              const extra = additions.get(path);
              if (!extra) return undefined;
              const source = await readFile(path, "utf8");
              const list =
                `export const ${exported}: [number, () => unknown[]][] = ` +
                `[${extra.join(",\n")}];`;
              return { contents: `${source}\n${list}\n`, loader: "ts" };
            });
          },
        },
      ],
    });
    writeFileSync(bundle, outputFiles[0]?.text ?? "");
    const { all } = (await import(pathToFileURL(bundle).href)) as {
      all: [number, () => unknown[]][];
    };
    return all.map(([index, texts]) => [index, texts().map(String)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
