// Guards of stored objects.
import type { Mutant } from "./mutant.ts";

export const objects: Mutant[] = [
  {
    name: "another upload replaces an object in the folder",
    file: "storage/folder/write.ts",
    from: 'if (existing === "replace") {',
    to: 'if (existing !== "refuse") {',
    tests: ["storage/folder.test.ts"],
    only: "other content is refused",
  },
  {
    name: "an object is stored although its request has ended",
    file: "storage/folder/write.ts",
    from: "await options.confirm?.();",
    to: "",
    tests: ["storage/folder.test.ts"],
    only: "not confirmed at its end",
  },
  {
    name: "an S3 store is not asked to refuse names that are taken",
    file: "storage/s3/upload.ts",
    from: '...(onlyNew && { IfNoneMatch: "*" }),',
    to: "",
    tests: ["storage/s3.test.ts"],
    only: "uploads of one name at once",
  },
  {
    name: "a lost result is made again from a late upload",
    file: "http/routes/objects.ts",
    from: "(await recorded(bucket, name)))",
    to: "false)",
    tests: ["http/uploads.test.ts"],
  },
  {
    name: "a recorded result is deleted by the write key",
    file: "s3/writable.ts",
    from: "if (await call.results.isRecorded(call.caller.bucket, name))",
    to: "if (name === call.caller.bucket)",
    tests: ["s3/writing.test.ts"],
    only: "recorded result",
  },
  {
    name: "buckets of deleted requests stay",
    file: "requests/advance/orphaned-objects-store.ts",
    from: "AND requests.id IS NULL`",
    to: "AND requests.id IS NOT NULL`",
    tests: ["requests/leftovers.test.ts"],
    only: "late upload",
  },
  {
    name: "a note of an attempt that is over is kept",
    file: "requests/reports/progress-note-store.ts",
    from: "f.attempt = $7::int",
    to: "f.attempt >= $7::int",
    tests: ["facades/servicex/reports.test.ts"],
    only: "note of an attempt",
  },
  {
    name: "an upload that ends after the deletion is kept",
    file: "http/routes/objects.ts",
    from: "limit: uploadLimitBytes, confirm }",
    to: "limit: uploadLimitBytes }",
    tests: ["http/uploads.test.ts"],
    only: "before its last byte",
  },
];
