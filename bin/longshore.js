#!/usr/bin/env node
// The command `longshore`: of a clone, of a global installation and of `npm start`. Plain
// JavaScript that needs no package: it also runs in a clone that is not built, and says so.
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = new URL("../dist/client/cli/main.js", import.meta.url);

// At the end of a build, dist/ is absent for a moment.
if (!existsSync(main)) await pause(100);
if (existsSync(main)) {
  await import(main.href).catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    refuse(`A module is missing (${error.message.split("\n")[0]}).`);
  });
} else refuse("Longshore is not built yet.");

/** @param {string} problem */
function refuse(problem) {
  process.stderr.write(`longshore: ${problem}\nRun \`npm ci\` first, in ${root}.\n`);
  process.exitCode = 2;
}
