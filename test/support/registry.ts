// A registry of containers on loopback, as the OCI distribution specification has it: manifests are
// read with a token that anyone gets.
import { type StandIn, startStandIn } from "./stand-in.ts";

export interface Registry extends Pick<StandIn, "calls" | "script" | "always" | "close"> {
  /** host and port, as an image begins with it */
  host: string;
}

/** `images`: what it has, as `repository:tag`. */
export async function startRegistry(images: readonly string[]): Promise<Registry> {
  const standIn = await startStandIn(({ path, headers }) => {
    const url = new URL(path, "http://registry");
    if (url.pathname === "/token")
      return {
        status: 200,
        body: JSON.stringify({ token: `for ${url.searchParams.get("scope")}` }),
      };
    const [, repository = "", reference = ""] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(path) ?? [];
    if (headers.authorization !== `Bearer for repository:${repository}:pull`)
      return {
        status: 401,
        headers: {
          "www-authenticate": `Bearer realm="${standIn.origin}/token",service="here"`,
        },
      };
    return { status: images.includes(`${repository}:${reference}`) ? 200 : 404 };
  });
  return { ...standIn, host: new URL(standIn.origin).host };
}
