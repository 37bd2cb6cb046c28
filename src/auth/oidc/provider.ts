// The provider of sign-in, asked for what it offers when somebody signs in for the first time: the
// service starts, and people with tokens work, while the provider is down.
import type * as openid from "openid-client";
import type { SignInConfig } from "../../settings/identity.ts";
import { plainBasic } from "./basic.ts";
import { providerAway } from "./provider-problem.ts";

export interface Provider {
  settings: SignInConfig;
  /** as people know it */
  host: string;
  /** Throws `UnavailableError` while the provider does not answer as one should. */
  discovered(): Promise<Discovered>;
}

export interface Discovered {
  openid: typeof openid;
  configuration: openid.Configuration;
  /** Globus: the same, with the endpoint of introspection, which its document leaves out */
  introspecting?: openid.Configuration | undefined;
}

/** What the provider's document says, and its keys, may change. */
const keptMilliseconds = 3_600_000;
const timeoutSeconds = 10;

export function makeProvider(settings: SignInConfig, now: () => number = Date.now): Provider {
  let known: { found: Promise<Discovered>; until: number } | undefined;

  function ask(): Promise<Discovered> {
    const found = discover(settings);
    const asked = { found, until: now() + keptMilliseconds };
    known = asked;
    found.catch(() => {
      if (known === asked) known = undefined;
    });
    return found;
  }

  return {
    settings,
    host: new URL(settings.issuer).host,
    discovered: () => (known && now() < known.until ? known.found : ask()),
  };
}

async function discover(settings: SignInConfig): Promise<Discovered> {
  const openid = await import("openid-client");
  const issuer = new URL(settings.issuer);
  const authentication = authenticationOf(openid, settings);
  // Settings allow http on loopback alone.
  const isPlain = issuer.protocol === "http:";
  try {
    const configuration = await openid.discovery(issuer, settings.clientId, {}, authentication, {
      timeout: timeoutSeconds,
      execute: [
        ...(isPlain ? [openid.allowInsecureRequests] : []),
        // By default TLS alone says of whom an id token is.
        openid.enableNonRepudiationChecks,
      ],
    });
    if (settings.kind !== "globus") return { openid, configuration };
    const endpoint = new URL("/v2/oauth2/token/introspect", issuer).href;
    const document: openid.ServerMetadata = configuration.serverMetadata();
    const introspecting = new openid.Configuration(
      { ...document, introspection_endpoint: endpoint },
      settings.clientId,
      {},
      authentication,
    );
    introspecting.timeout = timeoutSeconds;
    if (isPlain) openid.allowInsecureRequests(introspecting);
    return { openid, configuration, introspecting };
  } catch (error) {
    throw providerAway(issuer.host, error);
  }
}

/** How this service says who it is, by what the provider's document allows. */
function authenticationOf(
  { ClientSecretBasic, ClientSecretPost }: typeof openid,
  { kind, clientId, clientSecret }: SignInConfig,
): openid.ClientAuth {
  if (kind === "globus") return plainBasic(clientId, clientSecret);
  const basic = ClientSecretBasic(clientSecret);
  const post = ClientSecretPost(clientSecret);
  return (server, ...rest) => {
    // RFC 8414: a document that names none means Basic.
    const methods = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
    (methods.includes("client_secret_basic") ? basic : post)(server, ...rest);
  };
}
