import { usedWrongly } from "./exits.ts";
import { clean } from "./print/print.ts";
import type { Profile } from "./profiles.ts";
import type { ServiceOptions } from "./service.ts";

export interface OwnProfile {
  /** the configuration file */
  path: string;
  name: string;
  /** as it stands there, if it does */
  kept: Profile | undefined;
  /** of the service that it is for */
  url: string;
}

/**
 * The profile that a login is kept in: named by --profile or LONGSHORE_PROFILE, else `default`. It
 * need not be there yet; one of another service is refused.
 */
export async function findOwnProfile({ url: given, profile }: ServiceOptions): Promise<OwnProfile> {
  const [{ neverProxyLoopback, readClientConfig }, { readProfiles, usual }] = await Promise.all([
    import("../../config.ts"),
    import("./profiles.ts"),
  ]);
  const config = readClientConfig();
  const path = config.configFile;
  const name = profile ?? config.profile ?? usual;
  const profiles = readProfiles(path, false) ?? {};
  const kept = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const set = config.urlIsSet ? config.url : undefined;
  const chosen = profile === undefined ? undefined : kept?.url;
  const url = given ?? chosen ?? set ?? kept?.url ?? config.url;
  if (kept && kept.url !== url)
    throw usedWrongly(
      clean(`The profile ${JSON.stringify(name)} is for ${kept.url}: name another one `) +
        clean(`for ${url} with --profile.`),
    );
  neverProxyLoopback(url);
  return { path, name, kept, url };
}
