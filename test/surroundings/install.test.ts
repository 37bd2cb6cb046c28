// `npm ci` builds the service, with the compiler: a shell that is set up for production has it too.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";

const cwd = fileURLToPath(new URL("../..", import.meta.url));

test.each([{}, { NODE_ENV: "production" }])(
  "with %j, npm ci installs the compiler",
  async (env) => {
    const { stdout } = await promisify(execFile)("npm", ["config", "get", "include"], {
      cwd,
      env: { ...childEnvironment(), ...env },
    });
    expect(stdout.trim()).toBe("dev");
    const { stdout: plan } = await promisify(execFile)(
      "npm",
      ["ci", "--dry-run", "--offline", "--ignore-scripts"],
      { cwd, env: { ...childEnvironment(), ...env } },
    );
    expect(plan).not.toMatch(/^remove /m);
  },
);
