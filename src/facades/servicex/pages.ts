// The addresses of ServiceX's own pages, which its clients print and people have bookmarked. They
// redirect to ours.

import { clientSettings } from "../../auth/tokens/client-settings.ts";
import { publicPath } from "../../settings/public-path.ts";
import type { Endpoint } from "../endpoint.ts";
import { findRequest } from "./find.ts";

const requests = [
  ["/transformation-request/:id", ""],
  // Clients print these with two slashes.
  ["/transformation-request//:id", ""],
  ["/transformation-request/:id/results", "#files"],
  ["/transformation-request//:id/results", "#files"],
] as const;

/** By the `status` of their results page; any other one shows all files. */
const states = new Map([
  ["success", "done"],
  ["failure", "failed"],
]);

const requestPages = requests.map(
  ([path, place]): Endpoint => ({
    method: "get",
    path,
    access: "request.read",
    async answer({ ctx, caller, params, query }) {
      const { id } = await findRequest(ctx, params.id ?? "", caller);
      const state = states.get(query.get("status") ?? "");
      const filter = place !== "" && state ? `?state=${state}` : "";
      return redirect(ctx.urls.public(), `/requests/${id}${filter}${place}`);
    },
  }),
);

/** Our first page has what these show. */
const firstPage = [
  ["/about", ""],
  ["/dashboard", "#requests"],
  ["/monitor", ""],
  ["/logs", ""],
] as const;

/** Its user saves it in the folder of a script, or in the home folder. */
const settings: Endpoint = {
  method: "get",
  path: "/.servicex",
  access: "service.read",
  answer({ ctx: { config, urls } }) {
    // With identity on it has a token, which is there when that is made and never again.
    if (config.identity) return redirect(urls.public(), "/tokens");
    return {
      status: 200,
      body: clientSettings(urls.public()),
      headers: {
        "content-type": "text/plain; charset=utf-8",
        "content-disposition": 'attachment; filename="servicex.yaml"',
        "cache-control": "no-store",
      },
    };
  },
};

/** Where identity makes a difference. */
const byIdentity = [
  { path: "/global-dashboard", on: "/?owner=all#requests", off: "/#requests" },
  // Clients of before send people here for a token, which nobody needs with identity off.
  { path: "/api-token", on: "/tokens", off: "/#servicex" },
  { path: "/profile/new", on: "/profile", off: "/#servicex" },
  { path: "/profile/edit", on: "/profile", off: "/#servicex" },
] as const;

const identityPages = byIdentity.map(
  ({ path, on, off }): Endpoint => ({
    method: "get",
    path,
    access: "service.read",
    answer: ({ ctx }) => redirect(ctx.urls.public(), ctx.config.identity ? on : off),
  }),
);

const firstPagePaths = new Set<string>([
  ...firstPage.map(([path]) => path),
  settings.path,
  ...byIdentity.map(({ path }) => path),
]);

export function isPage(path: string): boolean {
  return path.startsWith("/transformation-request/") || firstPagePaths.has(path.replace(/\/$/, ""));
}

export const pageEndpoints: Endpoint[] = [
  ...requestPages,
  settings,
  ...identityPages,
  ...firstPage.map(
    ([path, place]): Endpoint => ({
      method: "get",
      path,
      access: "service.read",
      answer: ({ ctx }) => redirect(ctx.urls.public(), `/${place}`),
    }),
  ),
];

/** Not permanent: browsers would keep that, and a number is another request in a new ledger. */
function redirect(publicUrl: string, path: string) {
  const location = publicPath(publicUrl, path);
  return { status: 302, headers: { location, "cache-control": "no-store" } };
}
