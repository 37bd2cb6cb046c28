// The units in doc/systemd, by systemd's own check.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { settingNames } from "../src/config.ts";
import { allOperations } from "../src/operations/index.ts";
import { facilityNames } from "../src/settings/facility.ts";
import { inputFolders } from "../src/settings/input-folders.ts";
import { usualLimits } from "../src/stop-signals.ts";
import { temporaryFolder } from "./support/folder.ts";

const units = fileURLToPath(new URL("../doc/systemd", import.meta.url));
const names = readdirSync(units);
const textOf = (name: string) => readFileSync(join(units, name), "utf8");
const page = readFileSync(new URL("../doc/hosts.md", import.meta.url), "utf8");
const hasSystemd = spawnSync("systemd-analyze", ["--version"]).error === undefined;
if (!hasSystemd)
  process.stderr.write(
    "\n!!! systemd-analyze is not here: the units are NOT checked (Debian's package systemd).\n",
  );

const folder = temporaryFolder("units");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What systemd says of the unit, on a machine where the command is installed. */
function verified(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text.replace(/^(Exec\w+=)longshore /gm, `$1${join(folder, "longshore")} `));
  const { stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", path], {
    encoding: "utf8",
  });
  // Of units of the machine itself
  return `${stdout}${stderr}`
    .split("\n")
    .filter((line) => line.includes(name))
    .join("\n");
}

test.skipIf(!hasSystemd).each(names)("systemd has no objection to %s", (name) => {
  mkdirSync(folder, { recursive: true });
  copyFileSync("/bin/true", join(folder, "longshore"));
  expect(verified(name, textOf(name))).toBe("");
  const wrong = textOf(name).replace(/^ProtectHome=/m, "ProtectHomes=");
  expect(verified(name, wrong)).toContain("ProtectHomes");
});

test.each(names)("%s leaves a stop the time that it needs, and starts what there is", (name) => {
  const text = textOf(name);
  const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]);
  expect(seconds).toBeGreaterThan(usualLimits.endSeconds);
  expect(text).toMatch(/^ExecStart=longshore (start|worker|agent)\b/m);
  expect(text).toMatch(/^RestartPreventExitStatus=2$/m);
});

test("the service starts without INPUT_ROOTS: its own folder is not where it works", () => {
  const text = textOf("longshore.service");
  const dataDir = /DATA_DIR=(\S+)/.exec(text)?.[1] ?? "";
  const inputRoots = [/^WorkingDirectory=(\S+)$/m.exec(text)?.[1] ?? ""];
  const read = () => inputFolders({ inputRoots, dataDir, store: undefined });
  expect(read).not.toThrow();
});

test("settings that the page shows are settings, and files that it names are units", () => {
  const known = [
    ...settingNames,
    ...facilityNames(allOperations, settingNames),
    ...["LONGSHORE_URL", "LONGSHORE_TOKEN", "NODE_EXTRA_CA_CERTS"],
  ];
  const set = [...page.matchAll(/^([A-Z_0-9]+)=/gm)].map(([, name = ""]) => name);
  expect(set.length).toBeGreaterThan(10);
  expect(set.filter((name) => !known.includes(name))).toEqual([]);
  const named = [...page.matchAll(/doc\/systemd\/([\w@.-]+\.service)|\$units\/([\w@.-]+)/g)];
  expect([...new Set(named.map(([, one, other]) => one ?? other))].toSorted()).toEqual(names);
});
