import type { Deps } from "../deps.ts";
import { publicPath } from "../settings/public-path.ts";

/** Paths as a browser sees them: PUBLIC_URL may have a prefix. */
export interface Links {
  to(path: `/${string}`): string;
  /** of a request's page, or of what is below it */
  request(id: string, below?: `/${string}`): string;
  /** which leads back to a path of ours */
  signIn(back: string): string;
}

export function linksOf({ urls }: Deps<"urls">): Links {
  const to = (path: `/${string}`) => publicPath(urls.public(), path);
  return {
    to,
    request: (id, below) => to(`/requests/${id}${below ?? ""}`),
    signIn: (back) => `${to("/sign-in")}?${new URLSearchParams({ return_to: back })}`,
  };
}
