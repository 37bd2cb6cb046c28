// Everything that the service's ports serve. `http` imports none of it.
import type { RequestListener } from "node:http";
import { authenticator } from "./auth/authenticate.ts";
import { type Listener, listeners } from "./auth/listener.ts";
import type { Context } from "./deps.ts";
import { facades } from "./facades/index.ts";
import { makeApp } from "./http/app.ts";
import { docs } from "./http/docs.ts";
import type { Port } from "./http/listeners.ts";
import type { Mount } from "./http/mount.ts";
import { oauth } from "./http/oauth/mount.ts";
import { openLink } from "./http/open-link.ts";
import { objects } from "./http/routes/objects.ts";
import { v1 } from "./http/v1.ts";
import { web } from "./web/index.ts";

/** What answers at each port. */
export function appsOf(ctx: Context): (port: Port) => RequestListener {
  return ({ listener, serves }) => {
    const here = listener === "ops" ? atOps(ctx) : ctx;
    // One without the role `api` is measured and probed alone.
    const mounts = ctx.config.roles.includes("api") ? makeMounts(serves) : [v1];
    return makeApp(here, mounts, authenticator(here, listener), serves);
  };
}

/** Sign-in, cookies, forms and links of that port are its own. */
function atOps(ctx: Context): Context {
  const { urls } = ctx;
  return { ...ctx, urls: { ...urls, public: urls.ops ?? urls.public, people: urls.public } };
}

/** In the order in which paths are matched. */
export function makeMounts(serves: readonly Listener[] = listeners): Mount[] {
  const mounts = [v1, web, docs, oauth, openLink, objects, ...facades];
  if (serves.includes("public")) return mounts;
  const withheld = serves.includes("ops") ? ofPeople : [...ofPeople, web];
  return mounts.filter((mount) => !withheld.includes(mount));
}

const ofPeople: Mount[] = [docs, oauth, openLink];
