import type { Reply } from "../../http/route.ts";
import type { Links } from "../links.ts";

/**
 * With identity off nobody needs an account: what clients print for a token leads to the settings
 * without one.
 */
export function toFirstPage(links: Links): Reply {
  return {
    status: 302,
    headers: { location: `${links.to("/")}#servicex`, "cache-control": "no-store" },
  };
}
