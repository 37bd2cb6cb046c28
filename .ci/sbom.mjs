// Prints what is shipped as CycloneDX JSON: the packages that npm knows, and the native libraries inside of them.
// `npm run --silent sbom > sbom.json`; no network is needed. Packages for development are left out.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// .npmrc includes them, and what is included is not omitted.
const left = ["--include=prod", "--omit=dev"];
const options = ["--sbom-format=cyclonedx", "--package-lock-only", ...left];
const folder = mkdtempSync(join(tmpdir(), "longshore-sbom-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
copyUnbundled();
const document = JSON.parse(
  execFileSync("npm", ["sbom", ...options], { cwd: folder, encoding: "utf8" }),
);
const libraries = JSON.parse(readFileSync(join(root, "doc", "native-libraries.json"), "utf8"));

for (const { name, version, licence, package: parent } of libraries) {
  document.components.push({
    "bom-ref": `${name}@${version}`,
    type: "library",
    name,
    version,
    scope: "optional",
    licenses: [{ expression: licence }],
    properties: [{ name: "longshore:part-of", value: parent }],
  });
}
// npm names the project after its folder.
document.metadata.component.name = "longshore";
process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);

/** `npm sbom` calls an overridden dependency of a bundled package invalid. */
function copyUnbundled() {
  const { bundleDependencies, ...manifest } = read("package.json");
  const lock = read("package-lock.json");
  delete lock.packages[""].bundleDependencies;
  for (const entry of Object.values(lock.packages)) delete entry.inBundle;
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
}

function read(name) {
  return JSON.parse(readFileSync(join(root, name), "utf8"));
}
