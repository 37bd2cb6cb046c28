import { UnavailableError } from "../../errors.ts";
import type { Provider } from "./provider.ts";

/**
 * Where a browser is signed out at the provider, too, which goes on knowing it otherwise. Undefined
 * where the provider offers that to nobody, or cannot be asked.
 */
export async function signOutLink(
  { settings, discovered }: Provider,
  back: string,
): Promise<string | undefined> {
  const { kind, issuer, clientId } = settings;
  if (kind === "globus") {
    const query = { client_id: clientId, redirect_uri: back, redirect_name: "Longshore" };
    return new URL(`/v2/web/logout?${new URLSearchParams(query)}`, issuer).href;
  }
  try {
    const { openid, configuration } = await discovered();
    const { end_session_endpoint: endpoint } = configuration.serverMetadata();
    return endpoint === undefined ? undefined : openid.buildEndSessionUrl(configuration, {}).href;
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}
