import type { WorkerGroup } from "../contract.ts";
import { type Manifest, manifestsOf, whyNot } from "./manifests.ts";
import type { ManifestSettings } from "./settings.ts";

/** A group as it was last wanted, and what of it there is room for. */
export interface Wanted {
  group: WorkerGroup;
  /** number of pods; less than wanted where there is no room */
  size: number;
  manifests: readonly Manifest[];
  /** why no pods can be made for it with these settings */
  whyNot: string | undefined;
}

/**
 * What is wanted as objects, by group. Generated code may have a megabyte: the objects of a group
 * are made again only when it differs.
 */
export function makeWantedObjects(
  settings: ManifestSettings,
  capacity: number,
): (groups: readonly WorkerGroup[]) => Map<string, Wanted> {
  let before = new Map<string, Wanted>();
  return (groups) => {
    let free = capacity;
    const wanted = new Map<string, Wanted>();
    for (const group of groups) {
      const size = Math.min(group.size, free);
      free -= size;
      wanted.set(group.key, objectsOf(group, size, before.get(group.key)));
    }
    before = wanted;
    return wanted;
  };

  function objectsOf(group: WorkerGroup, size: number, known: Wanted | undefined): Wanted {
    const why = whyNot(group, settings);
    if (why !== undefined) return { group, size: 0, manifests: [], whyNot: why };
    if (known && known.size === size && isSame(known, group)) return { ...known, group };
    const manifests =
      known && isSame(known, group)
        ? known.manifests.map((manifest) => withReplicas(manifest, size))
        : manifestsOf({ ...group, size }, settings);
    return { group, size, manifests, whyNot: undefined };
  }
}

/** The files are the same list as long as nothing differs: they are read once a term. */
function isSame({ group: known, whyNot: why }: Wanted, group: WorkerGroup): boolean {
  return (
    why === undefined &&
    known.workload?.files === group.workload?.files &&
    withoutFiles(known) === withoutFiles(group)
  );
}

function withoutFiles({ size: _, workload, ...group }: WorkerGroup): string {
  return JSON.stringify([group, workload && { ...workload, files: undefined }]);
}

function withReplicas(manifest: Manifest, replicas: number): Manifest {
  if (manifest.kind !== "Deployment" || !manifest.spec) return manifest;
  return { ...manifest, spec: { ...manifest.spec, replicas } };
}
