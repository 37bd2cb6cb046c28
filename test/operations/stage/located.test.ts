// Which path of a file is recalled, where the disk has errors. Only those are played.
import { mkdirSync, writeFileSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { locate } from "../../../src/operations/stage/located.ts";
import { temporaryFolder } from "../../support/folder.ts";

const folder = temporaryFolder("located");
const roots = [join(folder, "gpfs"), join(folder, "other")];
const at = (path: string) => join(folder, path);
vi.mock("node:fs/promises", async (original) => ({
  ...(await original<typeof import("node:fs/promises")>()),
  realpath: vi.fn(),
}));
const disk = await vi.importActual<typeof import("node:fs/promises")>("node:fs/promises");
beforeAll(() => {
  for (const path of ["gpfs/folder", "other"]) mkdirSync(at(path), { recursive: true });
  for (const path of ["gpfs/b", "gpfs/bad", "other/a"]) writeFileSync(at(path), "");
});
afterEach(() => vi.mocked(realpath).mockReset());

/** These paths cannot be read; all others are as they are. */
function broken(...paths: string[]): void {
  vi.mocked(realpath).mockImplementation((async (path: string) => {
    if (paths.includes(path)) throw Object.assign(new Error("no answer"), { code: "EIO" });
    return disk.realpath(path);
  }) as typeof realpath);
}

const fileOf = (file: number, ...replicas: string[]) => ({
  ...{ request: "r", file, step: 1, attempt: 1, settings: {}, inputs: [] },
  replicas: replicas.map(at),
});

test("a file that the disk cannot reach is tried again alone, and the others go on", async () => {
  broken(at("gpfs/bad"));
  const { byPath, refused } = await locate([fileOf(1, "gpfs/bad"), fileOf(2, "gpfs/b")], roots);
  expect([...byPath.keys()]).toEqual([at("gpfs/b")]);
  expect(refused).toEqual([
    {
      ...{ request: "r", file: 1, status: "retry" },
      error: { class: "unavailable", message: `"${at("gpfs/bad")}" cannot be reached: EIO.` },
    },
  ]);
});

test("its other path is taken; if that is none of ours, it is tried again all the same", async () => {
  broken(at("gpfs/bad"));
  const files = [fileOf(1, "gpfs/bad", "other/a"), fileOf(2, "elsewhere/a", "gpfs/bad")];
  const { byPath, refused } = await locate(files, roots);
  expect([...byPath.keys()]).toEqual([at("other/a")]);
  expect(refused).toMatchObject([{ file: 2, status: "retry" }]);
});

test("a file system that is away says nothing of files: they wait", async () => {
  broken(at("gpfs"), at("gpfs/a"));
  await expect(locate([fileOf(1, "gpfs/a")], roots)).rejects.toThrow("no answer");
});

test("a folder fails", async () => {
  broken();
  const { byPath, refused } = await locate([fileOf(1, "gpfs/b"), fileOf(2, "gpfs/folder")], roots);
  expect([...byPath.keys()]).toEqual([at("gpfs/b")]);
  expect(refused).toMatchObject([
    { file: 2, status: "failure", error: { message: `"${at("gpfs/folder")}" is a folder.` } },
  ]);
});
