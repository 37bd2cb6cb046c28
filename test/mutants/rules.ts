// Pure rules.
import type { Mutant } from "./mutant.ts";

export const rules: Mutant[] = [
  {
    name: "a failure beside a success decides",
    file: "requests/reports/fold.ts",
    from: 'if (second.status !== "start") return { row: first, reported: "superseded" };',
    to: 'if (second.status !== "start") return { row: second, reported: "recorded" };',
    tests: ["unit/fold.test.ts"],
  },
  {
    name: "the keys of canonical JSON keep their order",
    file: "canonical-json.ts",
    from: "(left < right ? -1 : 1)",
    to: "(left === right ? -1 : 0)",
    tests: ["unit/canonical-json.test.ts"],
  },
  {
    name: "a cursor of any shape is taken",
    file: "cursor.ts",
    from: "!parts.every((part, index) =>",
    to: 'parts.every((part, index) => part === "" &&',
    tests: ["unit/cursor.test.ts"],
  },
  {
    name: "the wait between tries does not grow",
    file: "requests/retry-policy.ts",
    from: "power(2,",
    to: "power(1,",
    tests: ["unit/retry-policy.test.ts"],
  },
  {
    name: "a query reads files by table functions",
    file: "operations/transform/sql/validate.ts",
    from: "!tableFunctions.includes(name)",
    to: 'name === ""',
    tests: ["unit/sql-gate.test.ts"],
  },
  {
    name: "a query has two statements",
    file: "operations/transform/sql/validate.ts",
    from: "if (count !== 1)",
    to: "if (count < 1)",
    tests: ["unit/sql-gate.test.ts"],
  },
];
