import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { deviceErrorOf } from "../../src/worker/storage-error.ts";

const scratch = "/data/scratch/worker-1";

function errorOf(code: string, syscall: string, path?: string): Error {
  return Object.assign(new Error(`${code}, ${syscall}`), { code, syscall, ...(path && { path }) });
}

const classOf = (error: Error) => deviceErrorOf(error, scratch)?.class;

test("an input that its disk cannot read is not the worker's disk", () => {
  const input = "/mnt/tape/a.parquet";
  for (const error of [
    errorOf("EIO", "read"),
    errorOf("EIO", "fstat"),
    errorOf("EIO", "open", input),
    errorOf("EIO", "open", "/proc/12/fd/30"),
    errorOf("EIO", "lstat", `${scratch}-other/a.csv`),
    errorOf("EROFS", "open", input),
  ])
    expect(classOf(error)).toBe("unavailable");
  expect(deviceErrorOf(errorOf("EIO", "fstat"), scratch)?.message).toBe(
    "The input could not be read: the device reports an input or output error (EIO).",
  );
});

test("the kernel's own error of a device that cannot be read is of an input", () => {
  let error: unknown;
  try {
    // Nothing is mapped at its first address.
    readFileSync("/proc/self/mem");
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: "EIO" });
  expect(classOf(error as Error)).toBe("unavailable");
});

test("what cannot be written is the worker's disk", () => {
  for (const error of [
    errorOf("EIO", "write"),
    errorOf("EIO", "fsync"),
    errorOf("EROFS", "mkdir", scratch),
    errorOf("EIO", "open", `${scratch}/task/download`),
    errorOf("ENOSPC", "write"),
    errorOf("EDQUOT", "open", "/elsewhere"),
  ])
    expect(classOf(error)).toBe("disk");
  expect(classOf(errorOf("ENOENT", "open", `${scratch}/x`))).toBe(undefined);
});
