// A service whose operators have a port of their own, where they sign in at a real provider.
import type { Context } from "../../src/deps.ts";
import { type Ledger, openLedger } from "./context.ts";
import { type IdentityProvider, openIdentityProvider } from "./identity-provider.ts";
import { addPerson, type Person } from "./people.ts";
import { openPorts, type Ports } from "./ports.ts";

export interface OpsService {
  ctx: Context;
  ledger: Ledger;
  ports: Ports;
  provider: IdentityProvider;
  publicUrl: string;
  opsUrl: string;
  /** an administrator, whose login at the provider is `root` */
  root: Person;
  close(): Promise<void>;
}

export async function openOps(name = "Root"): Promise<OpsService> {
  const provider = await openIdentityProvider("plain");
  const env = { ...provider.env, ENABLE_AUTH: "true", OPS_PORT: "0" };
  const ledger = await openLedger({ env, scheduler: false });
  const ports = await openPorts(ledger);
  const { ctx } = ledger;
  const [publicUrl, opsUrl] = [ctx.urls.public(), ctx.urls.ops?.() ?? ""];
  provider.serve(opsUrl);
  provider.people.set("root", { sub: "root", linked: [], claims: { name } });
  const root = await addPerson(ctx, { admin: true });
  const { issuer } = provider;
  await ctx.people.write(async (db) => {
    await db.identities.create({ data: { issuer, subject: "root", user_id: root.id } });
    await db.users.update({ where: { id: root.id }, data: { name } });
  });
  const close = async () => {
    await ports.close();
    await ledger.close();
    await provider.close();
  };
  return { ctx, ledger, ports, provider, publicUrl, opsUrl, root, close };
}
