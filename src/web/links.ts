import type { Deps } from "../deps.ts";
import { publicPath } from "../settings/public-path.ts";
import { withoutLastSlash } from "../settings/service-url.ts";

/**
 * Paths as a browser sees them: PUBLIC_URL may have a prefix. Whole addresses of what another port
 * answers.
 */
export interface Links {
  to(path: `/${string}`): string;
  /** of a request's page, or of what is below it */
  request(id: string, below?: `/${string}`): string;
  /** which leads back to a path of ours */
  signIn(back: string): string;
}

export function linksOf({ urls }: Deps<"urls">): Links {
  const to = (path: `/${string}`) => {
    const other = otherPort({ urls }, path);
    return other === undefined
      ? publicPath(urls.public(), path)
      : `${withoutLastSlash(other())}${path}`;
  };
  return {
    to,
    request: (id, below) => to(`/requests/${id}${below ?? ""}`),
    signIn: (back) => `${to("/sign-in")}?${new URLSearchParams({ return_to: back })}`,
  };
}

const ofOps = /^\/(admin\/|metrics$)/;
const ofEachPort = /^\/(sign-in|sign-out|signed-out|assets)([/?]|$)/;

/** Where operators have a port of their own: the address of the other one, if that has the path. */
function otherPort({ urls }: Deps<"urls">, path: string): (() => string) | undefined {
  if (ofEachPort.test(path)) return undefined;
  const isAtOps = urls.people !== undefined;
  if (ofOps.test(path)) return isAtOps ? undefined : urls.ops;
  return urls.people;
}
