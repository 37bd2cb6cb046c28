// A clone of this project as `npm ci` leaves it, but for the packages, which are linked.
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tools = [".ci", ".npmrc", "package-lock.json", "package.json", "tsconfig.json"];
const parts = [...tools, "bin", "doc", "LICENSE", "prisma", "README.md", "src"];

/** Without packages, and not built. */
export function cloneInto(folder: string): void {
  for (const name of parts) cpSync(join(root, name), join(folder, name), { recursive: true });
}

/** For a program of its own in place of our sources, which take long to compile. */
export function smallCloneInto(folder: string): void {
  for (const name of [...tools, "bin"])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, "src", "client", "cli"), { recursive: true });
  // The client is made already, since that takes long, too.
  for (const name of [join("src", "web", "assets"), "generated", join("prisma", "schema.prisma")])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  const compilerOptions = {
    noEmit: false,
    incremental: false,
    tsBuildInfoFile: null,
    rootDir: ".",
    types: [],
  };
  writeFileSync(
    join(folder, "src", "tsconfig.json"),
    JSON.stringify({ extends: "../tsconfig.json", compilerOptions, include: ["."] }),
  );
}

/** The program of a small clone prints the value of this expression, which must be a text. */
export function writeProgram(folder: string, expression: string): void {
  writeFileSync(
    join(folder, "src", "client", "cli", "main.ts"),
    "declare const console: { log(text: string): void };\n" +
      `const text: string = ${expression};\nconsole.log(text);\n`,
  );
}

/** As `npm ci` does before it builds. */
export function installInto(folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name.startsWith(".")) continue;
    if (!name.startsWith("@")) symlinkSync(join(root, "node_modules", name), join(modules, name));
    else linkScope(name, modules);
  }
}

function linkScope(scope: string, modules: string): void {
  mkdirSync(join(modules, scope));
  for (const name of readdirSync(join(root, "node_modules", scope)))
    symlinkSync(join(root, "node_modules", scope, name), join(modules, scope, name));
}

/** As a build does, with what is compiled for this run of the tests. */
export async function putBuildInto(folder: string): Promise<void> {
  const built = process.env.TEST_BUILT;
  if (built === undefined) throw new Error("Nothing is compiled for this run.");
  cpSync(built, join(folder, "dist"), { recursive: true });
  const { linkForNpx } = await import(join(root, ".ci", "link.mjs"));
  linkForNpx(folder);
}
