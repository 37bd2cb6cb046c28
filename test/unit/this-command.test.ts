import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { thisCommand } from "../../src/client/cli/help/this-command.ts";

const npxCache = "/home/ann/.npm/_npx/3f2/node_modules/.bin/longshore";

test.each([
  ["installed globally", "/usr/local/bin/longshore", "/data", "longshore"],
  ["by npx in a clone", "/src/clone/node_modules/.bin/longshore", "/src/clone", "npx longshore"],
  ["by npx below it", "/src/clone/node_modules/.bin/longshore", "/src/clone/a/b", "npx longshore"],
  ["by npx from its cache", npxCache, "/data", "npx longshore"],
  [
    "by its path, from elsewhere",
    "/src/clone/node_modules/.bin/longshore",
    "/src/clone2",
    "/src/clone/node_modules/.bin/longshore",
  ],
  ["by node", "/src/clone/bin/longshore.js", "/src/clone", "node bin/longshore.js"],
  [
    "by node, elsewhere",
    "/src/clone/bin/longshore.js",
    "/data",
    "node /src/clone/bin/longshore.js",
  ],
  ["with a path that a shell splits", "/a b/it's.js", "/data", "node '/a b/it'\\''s.js'"],
  ["from the sources", "/src/clone/src/main.ts", "/src/clone", "npx tsx src/main.ts"],
])("%s: %s in %s is called as %s", (_, script, folder, command) => {
  expect(thisCommand(script, folder)).toBe(command);
});

test("no message of the command line names a command in another way", () => {
  const folder = fileURLToPath(new URL("../../src/client/cli", import.meta.url));
  const commands = readdirSync(join(folder, "commands")).map((name) => name.replace(".ts", ""));
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith("this-command.ts"),
  );
  expect(files).toEqual(expect.arrayContaining(["exits.ts", "commands/list.ts"]));
  const named = new RegExp(`(longshore (${commands.join("|")})\\b|npm (start|run|ci)\\b|npx )`);
  const lines = files.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
  expect(lines.filter((line) => named.test(line.replace(/applicationName: ".*"/, "")))).toEqual([]);
});
