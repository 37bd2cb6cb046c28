// A service whose people sign in at a real provider, both on loopback.
import { randomUUID } from "node:crypto";
import { type Api, openApi } from "./api.ts";
import type { LedgerOptions } from "./context.ts";
import { type IdentityProvider, openIdentityProvider } from "./identity-provider.ts";
import { openUserAgent, type Shown, type UserAgent } from "./user-agent.ts";

export interface SignInService {
  api: Api;
  provider: IdentityProvider;
  /** Somebody at the provider; returns the name they type there. */
  somebody(claims?: Record<string, unknown>, more?: { sub?: string; linked?: string[] }): string;
  /** The page at which the browser ends. */
  signIn(login: string, agent?: UserAgent, path?: string): Promise<Shown>;
  /** What stands in the database about who has signed in as this. */
  account(login: string): Promise<AccountRow | undefined>;
  cookieName: string;
  close(): Promise<void>;
}

export interface AccountRow {
  id: string;
  state: string;
  admin: boolean;
  name: string | null;
  email: string | null;
  email_verified: boolean;
  institution: string | null;
}

export async function openSignIn(
  options: LedgerOptions & { kind?: "globus" | "plain" } = {},
): Promise<SignInService> {
  const provider = await openIdentityProvider(options.kind);
  const api = await openApi({ ...options, env: { ...provider.env, ...options.env } });
  Object.assign(api.ledger.ctx.urls, { public: () => api.url });
  provider.serve(api.url);

  function somebody(claims: Record<string, unknown> = {}, more = {}): string {
    const login = randomUUID();
    const known = { name: "Somebody", email: `${login}@uni.example`, ...claims };
    provider.people.set(login, { sub: randomUUID(), linked: [], claims: known, ...more });
    return login;
  }

  return {
    api,
    provider,
    somebody,
    async signIn(login, agent = openUserAgent(), path = "/") {
      const begin = new URLSearchParams({ go: "1", return_to: path });
      const shown = await agent.get(`${api.url}/sign-in?${begin}`);
      return atProvider(shown) ? agent.send(shown.url, { login, answer: "allow" }) : shown;
    },
    async account(login) {
      const [row] = await api.ledger.ctx.db.query<AccountRow>(
        `SELECT u.* FROM users u JOIN identities i ON i.user_id = u.id WHERE i.subject = $1`,
        [provider.people.get(login)?.sub],
      );
      return row;
    },
    cookieName: `longshore-session-${new URL(api.url).port}`,
    async close() {
      await api.close();
      await provider.close();
    },
  };
}

/** Whether the provider asks who it is. */
export function atProvider({ url }: Shown): boolean {
  return new URL(url).pathname.startsWith("/interaction/");
}
