// Everything that the service's port serves. `http` knows none of it by name.
import type { Deps } from "./deps.ts";
import { facades } from "./facades/index.ts";
import { docs } from "./http/docs.ts";
import type { Mount } from "./http/mount.ts";
import { objects } from "./http/routes/objects.ts";
import { v1 } from "./http/v1.ts";

/**
 * In the order in which paths are tried. Signed object URLs are served for a store that has no
 * endpoint of its own.
 */
export function makeMounts({ store }: Deps<"store">): Mount[] {
  return [v1, docs, ...(store.kind === "folder" ? [objects] : []), ...facades];
}
