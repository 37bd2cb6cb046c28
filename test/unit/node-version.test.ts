import { expect, test } from "vitest";
import { nodeWarning } from "../../src/node-version.ts";

test.each(["22.12.0", "24.21.0", "26.0.0"])("Node %s is supported", (version) => {
  expect(nodeWarning(version)).toBeUndefined();
});

test("Node 20 is past its end, which the start says in one line", () => {
  expect(nodeWarning("20.20.2")).toBe(
    "Node 20.20.2 gets no more security fixes: run the service with Node 22 or 24.",
  );
});
