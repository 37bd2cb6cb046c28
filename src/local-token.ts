// With identity off, the token of a service: with it, users other than the service's own may call.
// It is made at each start and kept in DATA_DIR, readable only by its user.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "./private-file.ts";

/** Files in DATA_DIR: the token, for programs, and a link with it, for browsers. */
const tokenFile = "local-token";
const linkFile = "local-link";

export interface KeptToken {
  /** opens the service in a browser */
  link: string;
  /** the file that has the link */
  linkPath: string;
  remove(): void;
}

/** `url`: where clients reach the service. */
export function keepLocalToken(dataDir: string, url: string, token: string): KeptToken {
  const link = `${url.replace(/(?<!\/)\/+$/, "")}/open?token=${token}`;
  const linkPath = join(dataDir, linkFile);
  const paths = [join(dataDir, tokenFile), linkPath];
  writePrivateFile(join(dataDir, tokenFile), `${token}\n`);
  writePrivateFile(linkPath, `${link}\n`);
  return {
    link,
    linkPath,
    remove: () => {
      for (const path of paths) rmSync(path, { force: true });
    },
  };
}

/**
 * The token of the service at `url`, if it is the one that runs on this folder. It goes to no other
 * address: another user's program may listen there.
 */
export function localTokenFor(dataDir: string, url: string): string | undefined {
  const link = readLine(join(dataDir, linkFile));
  if (link === undefined || !URL.canParse(link)) return undefined;
  if (new URL(link).origin !== new URL(url).origin) return undefined;
  return new URL(link).searchParams.get("token") ?? undefined;
}

/** Where clients reach the service that runs on this folder, if it says so there. */
export function localAddress(dataDir: string): string | undefined {
  const link = readLine(join(dataDir, linkFile));
  if (link === undefined || !URL.canParse(link)) return undefined;
  const end = link.lastIndexOf("/open?");
  return end === -1 ? undefined : link.slice(0, end);
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? ""))
      return undefined;
    throw error;
  }
}
