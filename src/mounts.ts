// Everything that the service's port serves. `http` imports none of it.
import { facades } from "./facades/index.ts";
import { docs } from "./http/docs.ts";
import type { Mount } from "./http/mount.ts";
import { openLink } from "./http/open-link.ts";
import { objects } from "./http/routes/objects.ts";
import { v1 } from "./http/v1.ts";
import { web } from "./web/index.ts";

/** In the order in which paths are matched. */
export function makeMounts(): Mount[] {
  return [v1, web, docs, openLink, objects, ...facades];
}
