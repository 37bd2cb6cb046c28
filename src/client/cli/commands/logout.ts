import type { Command } from "commander";
import { usedWrongly } from "../exits.ts";
import { findOwnProfile } from "../own-profile.ts";
import { clean, say } from "../print/print.ts";
import { type ServiceOptions, withAddress } from "../service.ts";

interface Options extends ServiceOptions {
  forget?: boolean;
}

export function addLogout(program: Command): void {
  withAddress(program.command("logout"))
    .description("revoke the token of the profile at its service, and forget it here")
    .option("--forget", "forget it, though the service does not answer: it stays good there")
    .action(logout);
}

async function logout({ forget, ...service }: Options): Promise<void> {
  const { path, name, kept } = await findOwnProfile(service);
  const shown = clean(JSON.stringify(name));
  if (kept?.token === undefined) {
    say(`The profile ${shown} has no token: nobody is signed in by it.`);
    return;
  }
  const [{ isApiToken }, { revokeToken }, { writeProfile }] = await Promise.all([
    import("../../credentials.ts"),
    import("../../oauth.ts"),
    import("../write-profile.ts"),
  ]);
  const { token, url } = kept;
  if (!forget) {
    if (!isApiToken(token))
      throw usedWrongly(
        `The token of the profile ${shown} is no API token, and cannot be revoked here: --forget ` +
          "forgets it.",
      );
    await revokeToken(url, token);
  }
  writeProfile(path, name, { url });
  say(
    forget
      ? `The token is forgotten here. It stays good at ${clean(url)} until it ends.`
      : `The token is revoked at ${clean(url)}, and forgotten here.`,
  );
}
