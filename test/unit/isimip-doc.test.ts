// The examples of the documentation are JSON that the service takes.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkOperations } from "../../src/facades/isimip/check-operations.ts";
import { extract } from "../../src/operations/extract/index.ts";

const rules = { mostOperations: 4, pointOrder: "latlon" } as const;

test.each(["isimip.md", "extract.md"])("each example of doc/%s is taken as it stands", (name) => {
  const text = readFileSync(fileURLToPath(new URL(`../../doc/${name}`, import.meta.url)), "utf8");
  const examples = [...text.matchAll(/^```json\n([\s\S]*?)^```/gm)].map(([, json = ""]) =>
    JSON.parse(json),
  );
  expect(examples.length).toBeGreaterThan(0);
  for (const { steps, ...operation } of examples) {
    if (steps === undefined) {
      expect(checkOperations([operation], rules)).toMatchObject({ errors: [], notes: [] });
      continue;
    }
    for (const { operation: called, ...settings } of steps) {
      expect(called).toBe("extract");
      expect(extract.settings.parse(settings)).toMatchObject(settings);
    }
  }
});
