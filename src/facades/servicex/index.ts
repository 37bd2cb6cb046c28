// ServiceX's API: its Python clients, finders and workers call this service unchanged;
// doc/servicex.md says what differs.
import type { Mount } from "../../http/mount.ts";
import { type Endpoint, endpointRouter } from "../endpoint.ts";
import { messageReply } from "./errors.ts";
import { internalEndpoints } from "./internal/index.ts";
import { isPage, pageEndpoints } from "./pages.ts";
import { publicEndpoints } from "./public/index.ts";
import { prepareSlack } from "./slack/receiver.ts";

const ownPath =
  /^\/(servicex|multiple-codegen-list|token\/refresh|slack|users|pending|accept)(\/|$)/;

export const servicexEndpoints: Endpoint[] = [...publicEndpoints, ...internalEndpoints];

export const servicex: Mount = {
  name: "servicex",
  owns: (path) => ownPath.test(path),
  errorReply: messageReply,
  router(ctx, admit, serves) {
    if (serves.includes("public")) prepareSlack(ctx);
    return endpointRouter(ctx, admit, {
      endpoints: servicexEndpoints,
      serves,
      facade: "servicex",
      under: "/servicex",
    });
  },
};

/**
 * A mount of its own: people open these in browsers, by links of other sites too, and its errors
 * need not have the format of ServiceX's API.
 */
export const servicexPages: Mount = {
  name: "servicex-pages",
  owns: isPage,
  opensFromLinks: true,
  router: (ctx, admit, serves) =>
    endpointRouter(ctx, admit, { endpoints: pageEndpoints, serves, under: "/servicex" }),
};
