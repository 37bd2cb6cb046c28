// The link for the first administrator, in a file that only the service's user can read.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "./deps.ts";
import { UnavailableError } from "./errors.ts";
import { writePrivateFile } from "./private-file.ts";
import { publicPath } from "./settings/public-path.ts";
import { newFirstAdminLink } from "./users/first-admin.ts";

const file = "first-admin";

export interface KeptLink {
  link: string;
  /** the file that has the link */
  linkPath: string;
  remove(): void;
}

/** Undefined where nobody can sign in, and where there is an administrator. */
export async function keepFirstAdminLink(ctx: Context): Promise<KeptLink | undefined> {
  const { config, log, urls } = ctx;
  if (!config.identity?.signIn || !config.roles.includes("api")) return undefined;
  const linkPath = join(config.dataDir, file);
  const remove = () => rmSync(linkPath, { force: true });
  remove();
  try {
    const secret = await newFirstAdminLink(ctx);
    if (secret === undefined) return undefined;
    const { origin } = new URL(urls.public());
    const link = `${origin}${publicPath(urls.public(), "/first-admin")}?secret=${secret}`;
    writePrivateFile(linkPath, `${link}\n`);
    log.warn(
      { path: linkPath },
      "there is no administrator yet: for an hour, the link in this file makes one of whoever " +
        "opens it and signs in",
    );
    return { link, linkPath, remove };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    log.warn({ err: error }, "no link for a first administrator was made");
    return undefined;
  }
}
