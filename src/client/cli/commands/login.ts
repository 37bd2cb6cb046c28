import { hostname } from "node:os";
import type { Command } from "commander";
import type { DeviceCode } from "../../oauth.ts";
import { exits } from "../exit-codes.ts";
import { ExitError, usedWrongly } from "../exits.ts";
import { scopesOrUsual, type TokenScope } from "../given/scopes.ts";
import { thisCommand } from "../help/this-command.ts";
import { findOwnProfile, type OwnProfile } from "../own-profile.ts";
import { clean, say, sayError } from "../print/print.ts";
import { type ServiceOptions, withAddress } from "../service.ts";

interface Options extends ServiceOptions {
  paste?: boolean;
  scopes: TokenScope[];
}

export function addLogin(program: Command): void {
  withAddress(program.command("login"))
    .description(
      "get an API token by a browser, on this machine or another, and keep it in the profile",
    )
    .option("--paste", "keep an API token that you have: typed, or from standard input")
    .addOption(scopesOrUsual())
    .action(login);
}

async function login({ paste, scopes, ...service }: Options): Promise<void> {
  const profile = await findOwnProfile(service);
  const token = paste ? await pasted(profile.url) : await byBrowser(profile.url, scopes);
  const { writeProfile } = await import("../write-profile.ts");
  writeProfile(profile.path, profile.name, { url: profile.url, token });
  say(
    clean(`You are signed in at ${profile.url}: the token is in ${profile.path}, profile `) +
      `${clean(JSON.stringify(profile.name))}.`,
  );
  await endBefore(profile, token);
}

async function byBrowser(url: string, scopes: TokenScope[]): Promise<string> {
  const [{ loginByDevice }, { ApiError }] = await Promise.all([
    import("../../oauth.ts"),
    import("../../errors.ts"),
  ]);
  const client = `longshore on ${hostname()}`.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, 60);
  return loginByDevice(url, { client, scopes, onCode: showCode }).catch((error: unknown) => {
    const code = error instanceof ApiError ? error.code : "";
    const sentence = sentences[code];
    throw sentence === undefined ? error : new ExitError(exits.refused, sentence());
  });
}

/** Messages are data here: without them nobody could go on. */
function showCode(code: DeviceCode): void {
  const minutes = Math.round(code.expires_in / 60);
  sayError(`Open in a browser, on any machine:  ${clean(code.verification_uri)}`);
  sayError(`and enter this code:                ${clean(code.user_code)}`);
  sayError(`It is good for ${minutes} minutes, and this waits for your answer; Ctrl-C ends it.`);
}

const sentences: Record<string, () => string> = {
  access_denied: () => "The login was refused in the browser.",
  expired_token: () => `Nobody answered in time: run \`${thisCommand()} login\` again.`,
  invalid_grant: () =>
    `The service knows this login no longer: run \`${thisCommand()} login\` again.`,
};

async function pasted(url: string): Promise<string> {
  const [{ typedSecret }, { isApiToken }, { Longshore }] = await Promise.all([
    import("../given/typed-secret.ts"),
    import("../../credentials.ts"),
    import("../../client.ts"),
  ]);
  const token = await typedSecret("API token: ");
  if (!isApiToken(token))
    throw usedWrongly(
      "What was given is no API token: expected is what the service has shown once, three parts " +
        "of letters and digits with dots between them.",
    );
  // Any call exchanges it, and fails where that is refused.
  await new Longshore({ url, token }).operations();
  return token;
}

/** Of the token that was in the profile before nobody knows any more. */
async function endBefore({ url, kept }: OwnProfile, token: string): Promise<void> {
  const [{ isApiToken }, { revokeToken }, { isOfService }] = await Promise.all([
    import("../../credentials.ts"),
    import("../../oauth.ts"),
    import("../../errors.ts"),
  ]);
  const before = kept?.token;
  if (before === undefined || before === token || !isApiToken(before)) return;
  try {
    await revokeToken(url, before);
  } catch (error) {
    if (!isOfService(error)) throw error;
    sayError(`longshore: The token before could not be revoked: ${(error as Error).message}`);
  }
}
