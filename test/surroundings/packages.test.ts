// CI runs this on each supported Node: a package that needs a newer one often says so nowhere and
// breaks when it is imported.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const names = Object.keys(read("../../package.json").dependencies);

/** Its own entry is what is generated; that imports this. */
const entries: Record<string, string> = { "@prisma/client": "@prisma/client/runtime/client" };

test.each(names)("%s can be imported on this Node", async (name) => {
  const imported: object = await import(entries[name] ?? name);
  expect(Object.keys(imported).length).toBeGreaterThan(0);
});
