// The addresses of ServiceX's own pages, which its clients print and people have kept: they lead
// to ours.
import { publicPath } from "../../settings/public-path.ts";
import { clientSettings } from "./client-settings.ts";
import type { Endpoint } from "./endpoint.ts";
import { findRequest } from "./find.ts";

const requests = [
  ["/transformation-request/:id", ""],
  // Clients print this one with two slashes.
  ["/transformation-request//:id", ""],
  ["/transformation-request/:id/results", "#files"],
  ["/transformation-request//:id/results", "#files"],
] as const;

/** What their results page is asked for; any other status shows all files. */
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

/** Ours has all of these on its first page. */
const firstPage = [
  ["/about", ""],
  ["/dashboard", "#requests"],
  ["/global-dashboard", "#requests"],
  ["/monitor", ""],
  ["/logs", ""],
  // Where the client sends people for a token, which they do not need while sign-in is off.
  ["/sign-in", "#servicex"],
  ["/profile", "#servicex"],
  ["/api-token", "#servicex"],
] as const;

/** To be saved beside a script, or in the home folder. */
const settings: Endpoint = {
  method: "get",
  path: "/.servicex",
  access: "service.read",
  answer: ({ ctx }) => ({
    status: 200,
    body: clientSettings(ctx.urls.public()),
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": 'attachment; filename="servicex.yaml"',
      "cache-control": "no-store",
    },
  }),
};

const firstPagePaths = new Set<string>([...firstPage.map(([path]) => path), settings.path]);

export function isPage(path: string): boolean {
  return path.startsWith("/transformation-request/") || firstPagePaths.has(path);
}

export const pageEndpoints: Endpoint[] = [
  ...requestPages,
  settings,
  ...firstPage.map(
    ([path, place]): Endpoint => ({
      method: "get",
      path,
      access: "service.read",
      answer: ({ ctx }) => redirect(ctx.urls.public(), `/${place}`),
    }),
  ),
];

/** For now: where they lead may change. */
function redirect(publicUrl: string, path: string) {
  const location = publicPath(publicUrl, path);
  return { status: 302, headers: { location, "cache-control": "no-store" } };
}
