import type { Stage } from "../stage.ts";
import { between, type Fault, partOfLease, type Skipped } from "./fault.ts";

export function diskFull(stage: Stage): (Fault | Skipped)[] {
  const { store } = stage;
  if (!store.mounted)
    return [{ kind: "disk-full", skipped: "only root can mount a small file system to fill" }];
  return [
    {
      kind: "disk-full",
      what: "the folder of the store",
      operation: "transform",
      strike: () => between(store.fill, () => partOfLease(stage), store.free),
    },
  ];
}

export function readOnlyStore(stage: Stage): Fault[] {
  const { store } = stage;
  return [
    {
      kind: "read-only-store",
      what: store.mounted ? "remounted read-only" : "folders without the right to write",
      operation: "transform",
      strike: () =>
        between(
          () => store.setWritable(false),
          () => partOfLease(stage),
          () => store.setWritable(true),
        ),
    },
  ];
}
