import { expect, test } from "vitest";
import { datasetOutcomes } from "../../../src/datasets/lookup-end.ts";
import { convertedName, sidecarName } from "../../../src/facades/servicex/sidecar-name.ts";
import { timestamp } from "../../../src/facades/servicex/times.ts";
import {
  lookupStatusOf,
  statesOf,
  statuses,
  statusOf,
} from "../../../src/facades/servicex/words.ts";
import { requestStates } from "../../../src/requests/state.ts";

const clientWords = [
  "Submitted",
  "Lookup",
  "Pending Lookup",
  "Running",
  "Complete",
  "Fatal",
  "Canceled",
];
test("every state has one of the words that all clients parse, and is found again by it", () => {
  expect([...statuses]).toEqual(clientWords);
  for (const state of requestStates)
    for (const beganLookup of [true, false]) {
      const word = statusOf({ state, beganLookup });
      expect(clientWords).toContain(word);
      expect(statesOf(word)).toContain(state);
    }
});

test("every outcome of a lookup has a word; only those that the client maps are failures", () => {
  expect(datasetOutcomes.map(lookupStatusOf)).toEqual([
    "complete",
    "complete",
    "does_not_exist",
    "bad_name",
    "internal_failure",
  ]);
  expect(lookupStatusOf(null)).toBe("looking");
});

test("times have six digits and a Z", () => {
  expect(timestamp("2026-01-02T03:04:05.678Z")).toBe("2026-01-02T03:04:05.678000Z");
  expect(timestamp(new Date(0))).toBe("1970-01-01T00:00:00.000000Z");
});

test("the sidecar's names: slashes become colons, parquet has its ending, and 255 characters are the most", () => {
  expect(sidecarName("root://host//a/b.root", "parquet")).toBe("root:::host::a:b.root.parquet");
  expect(sidecarName("root://host//a/b.root", "root-file")).toBe("root:::host::a:b.root");
  expect(convertedName("root://host//a/b.pool.root")).toBe("root:::host::a:b.pool.parquet");
  expect(convertedName("b")).toBe("b.parquet");
  expect(convertedName(".b")).toBe(".b.parquet");
  expect(convertedName("b.")).toBe("b..parquet");
  const long = sidecarName(`/${"ü".repeat(400)}`, "parquet");
  expect([...long]).toHaveLength(255);
  expect(long).toMatch(/^_[0-9a-f]{40}ü+\.parquet$/);
});
