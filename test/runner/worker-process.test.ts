// Workers that the system cannot start.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { childEnvironment } from "../../src/config.ts";
import { nodeProgram } from "../../src/program.ts";
import { startWorkerProcess } from "../../src/runner/worker-process.ts";
import type { StartLine } from "../../src/worker/main.ts";

const line = { name: "never-started" } as StartLine;
const limits = { environment: childEnvironment(), silentSeconds: 60, startSeconds: 60 };

/** The worker's end, as its runner hears of it. */
async function endOf(environment = limits.environment): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = startWorkerProcess(
      line,
      { ...limits, environment },
      {
        onReady: () => reject(new Error("the worker was started")),
        onExit: ({ code, sentence }) => {
          expect(code).toBeNull();
          worker.retire();
          void worker.stop().then(() => resolve(sentence));
        },
      },
    );
  });
}

/** Does it while this process may open no more files, by a shell that was started before. */
async function withoutFiles<Result>(work: () => Promise<Result>): Promise<Result> {
  // Finds the TypeScript loader while files can be read.
  nodeProgram(new URL(import.meta.url));
  const most = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  const shell = spawn("sh", { stdio: ["pipe", "pipe", "inherit"] });
  const limitTo = async (files: string) => {
    const replied = once(shell.stdout, "data");
    shell.stdin.write(`prlimit --pid ${process.pid} --nofile=${files}: && echo set\n`);
    await replied;
  };
  await limitTo("3");
  try {
    return await work();
  } finally {
    await limitTo(most ?? "1024");
    shell.stdin.end();
    await once(shell, "close");
  }
}

test("at the limit of open files it ends, with the reason", async () => {
  expect(await withoutFiles(() => endOf())).toContain("EMFILE");
});

test("with an environment that is too large it ends, with the reason", async () => {
  const environment = { ...limits.environment, LARGE: "x".repeat(3_000_000) };
  expect(await endOf(environment)).toContain("E2BIG");
});

test("the service can start workers again afterwards", async () => {
  const child = spawn("true");
  expect((await once(child, "close"))[0]).toBe(0);
});
