// The programs that tests start, compiled once for the whole run: through the TypeScript loader
// each of them needs a second of processor time more.
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { globSync } from "tinyglobby";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Each module is a file of its own, as in dist/, which has the same depth. */
const separateModules: Plugin = {
  name: "separate modules",
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ kind, path }) =>
      kind === "entry-point" ? undefined : { path: path.replace(/\.tsx?$/, ".js"), external: true },
    );
  },
};

/** `onFolder` learns of the folder as soon as it is made. */
export async function buildForTests(
  onFolder: (folder: string) => void,
): Promise<{ folder: string; remove(): void }> {
  const folder = mkdtempSync(join(root, ".built-"));
  onFolder(folder);
  // Some tests start programs as another user
  chmodSync(folder, 0o755);
  await build({
    entryPoints: globSync("src/**/*.{ts,tsx}", { cwd: root, absolute: true }),
    outbase: join(root, "src"),
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    sourcemap: "linked",
    plugins: [separateModules],
  });
  cpSync(join(root, "src/web/assets"), join(folder, "web/assets"), { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
