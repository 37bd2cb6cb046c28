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
    name: "copies of one file condemn a request",
    file: "requests/advance/fail-fast-store.ts",
    from: "coalesce(first.failed_content, file.checksum, file.id::text)",
    to: "coalesce(file.checksum, file.id::text)",
    tests: ["requests/fatal.test.ts"],
    only: "only the workers know",
  },
  {
    name: "a hostile file is tried twice on a quiet machine",
    file: "operations/transform/sql/processor-time.ts",
    from: "had >= 0.8 * seconds && waited <= 0.1 * had",
    to: "had < 0",
    tests: ["unit/processor-time.test.ts"],
  },
  {
    name: "a number in JSON loses its zeros where its column is text",
    file: "operations/transform/sql/reader/json.ts",
    from: "const rows = exact ? exactRows(source, columns) : read;",
    to: "const rows = exact && columns.length === 0 ? exactRows(source, columns) : read;",
    tests: ["operations/files.test.ts"],
    only: "numbers in JSON as text",
  },
  {
    name: "a query has two statements",
    file: "operations/transform/sql/validate.ts",
    from: "if (count !== 1)",
    to: "if (count < 1)",
    tests: ["unit/sql-gate.test.ts"],
  },
];
