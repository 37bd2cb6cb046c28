// Which path of a file is recalled, where the disk has errors. Only the disk is played.
import { realpath } from "node:fs/promises";
import { afterEach, expect, test, vi } from "vitest";
import { locate } from "../../../src/operations/stage/located.ts";

const roots = ["/gpfs", "/other"];
vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  realpath: vi.fn(),
}));
afterEach(() => vi.mocked(realpath).mockReset());

/** These paths cannot be read; all others are there, without links. */
function broken(...paths: string[]): void {
  vi.mocked(realpath).mockImplementation((async (path: string) => {
    if (paths.includes(path)) throw Object.assign(new Error("no answer"), { code: "EIO" });
    return path;
  }) as typeof realpath);
}

const fileOf = (file: number, ...replicas: string[]) => ({
  ...{ request: "r", file, step: 1, attempt: 1, settings: {}, replicas, inputs: [] },
});

test("a file that the disk cannot reach is tried again alone, and the others go on", async () => {
  broken("/gpfs/bad");
  const { byPath, refused } = await locate([fileOf(1, "/gpfs/bad"), fileOf(2, "/gpfs/b")], roots);
  expect([...byPath.keys()]).toEqual(["/gpfs/b"]);
  expect(refused).toEqual([
    {
      ...{ request: "r", file: 1, status: "retry" },
      error: { class: "unavailable", message: '"/gpfs/bad" cannot be reached: EIO.' },
    },
  ]);
});

test("its other path is taken; if that is none of ours, it is tried again all the same", async () => {
  broken("/gpfs/bad");
  const files = [fileOf(1, "/gpfs/bad", "/other/a"), fileOf(2, "/elsewhere/a", "/gpfs/bad")];
  const { byPath, refused } = await locate(files, roots);
  expect([...byPath.keys()]).toEqual(["/other/a"]);
  expect(refused).toMatchObject([{ file: 2, status: "retry" }]);
});

test("a file system that is away says nothing of files: they wait", async () => {
  broken("/gpfs", "/gpfs/a");
  await expect(locate([fileOf(1, "/gpfs/a")], roots)).rejects.toThrow("no answer");
});
