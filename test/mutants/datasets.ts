// Lists of files that no request uses: which are deleted, and how much of them at once.
import type { Mutant } from "./mutant.ts";

const unused = ["datasets/unused.test.ts"];

export const datasets: Mutant[] = [
  {
    name: "the list of a folder is kept although no request uses it",
    file: "datasets/housekeep.ts",
    from: "[...finders.keys()]",
    to: '["user"]',
    tests: unused,
    only: "the list of a folder",
  },
  {
    name: "a list is deleted whose files a task must still release",
    file: "datasets/unused-store.ts",
    from: "WHERE NOT EXISTS (SELECT FROM requests WHERE requests.id = task_files.request_id)",
    to: "WHERE false",
    tests: unused,
    only: "a list stays while a task",
  },
  {
    name: "a run deletes whole lists, however long it takes",
    file: "datasets/housekeep.ts",
    from: "if (performance.now() >= end) return false;",
    to: "",
    tests: unused,
    only: "a run whose time is up",
  },
  {
    name: "whoever no longer leads deletes the next list",
    file: "datasets/housekeep.ts",
    from: " || !(await isLeader())",
    to: "",
    tests: unused,
    only: "whoever no longer leads",
  },
];
