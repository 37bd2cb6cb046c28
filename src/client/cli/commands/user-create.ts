import { type Command, InvalidArgumentError } from "commander";
import type { Config } from "../../../config.ts";
import type { NewAccount } from "../../../users/create.ts";
import type { PeopleTools } from "../../../users/on-database.ts";
import { withTables } from "../database.ts";
import { usedWrongly } from "../exits.ts";
import { scopesOption, type TokenScope } from "../given/scopes.ts";
import { textFrom } from "../given/text-source.ts";
import { plainText } from "../given/values.ts";
import { clean, print, printJson, say } from "../print/print.ts";
import { jsonOption } from "../service.ts";

interface Options {
  email?: string;
  institution?: string;
  subject?: string;
  admin?: boolean;
  token?: boolean;
  scopes?: TokenScope[];
  from?: string;
  json?: boolean;
}

interface Made {
  id: string;
  name: string;
  admin: boolean;
  /** shown only this once */
  token?: string;
}

export function addUserCreate(user: Command): void {
  user
    .command("create")
    .description(
      "make an approved account in the database itself, whether the service runs or not; print " +
        "its id, or with --token its API token",
    )
    .argument("[name]", "the person's name, or what a program is for", personName)
    .option("--email <address>", "where messages to the person go", emailAddress)
    .option("--institution <name>", "where the person works", plainText(200))
    .option(
      "--subject <subject>",
      "what the provider of sign-in calls the person (sub), so that a sign-in finds the account",
      plainText(500),
    )
    .option("--admin", "an administrator, such as the first one")
    .option("--token", "make an API token too, and print it, only this once")
    .addOption(scopesOption().default(undefined, "read,submit; for an administrator all of them"))
    .option("--from <file>", "make those of ServiceX's users.json; known ones are left as they are")
    .addOption(jsonOption())
    .action(create);
}

function personName(text: string): string {
  const name = text.trim();
  if (/^[^\p{C}]{1,120}$/u.test(name)) return name;
  throw new InvalidArgumentError("Expected 1 to 120 characters without control characters.");
}

function emailAddress(text: string): string {
  if (/^[^\s@\p{C}]{1,100}@[^\s@\p{C}]{1,150}$/u.test(text)) return text;
  throw new InvalidArgumentError("Expected an email address such as ann@example.org.");
}

async function create(name: string | undefined, options: Options): Promise<void> {
  const { from, json } = options;
  if (from !== undefined) {
    refuseOthers(name, options);
    const { accountsOf } = await import("../given/users-json.ts");
    const people = accountsOf(from, await textFrom("--from", from, mostBytes));
    const made = await onDatabase((tools) => createAll(tools, people));
    if (json) printJson(made);
    else for (const { id } of made) print(id);
    return;
  }
  if (name === undefined) throw usedWrongly("Give the person's name, or --from with a file.");
  const { email, institution, subject, admin = false } = options;
  const made = await onDatabase(async (tools) => {
    const identity = identityOf(tools.config, subject);
    return createOne(tools, { name, email, institution, admin, identity }, options);
  });
  if (json) printJson(made);
  else print(made.token ?? made.id);
  if (made.token !== undefined && !json)
    say(`This is an API token of ${clean(name)} (${made.id}). It is shown only this once.`);
}

const mostBytes = 1024 * 1024;

const ofOne = ["email", "institution", "subject", "admin", "token", "scopes"] as const;

function refuseOthers(name: string | undefined, options: Options): void {
  const other = ofOne.find((option) => options[option] !== undefined);
  if (name !== undefined) throw usedWrongly("Give a name or --from, not both.");
  if (other !== undefined) throw usedWrongly(`--from and --${other} do not go together.`);
}

function onDatabase<Result>(work: (tools: PeopleTools) => Promise<Result>): Promise<Result> {
  return withTables("user", async (db, config) => {
    if (!config.identity)
      throw usedWrongly(
        "Identity is off here, and nobody has an account: set ENABLE_AUTH=true, and all else, as " +
          "the service has it.",
      );
    const { withPeople } = await import("../../../users/on-database.ts");
    return withPeople(db, config, work);
  });
}

function identityOf({ identity }: Config, subject: string | undefined): NewAccount["identity"] {
  if (subject === undefined) return undefined;
  const issuer = identity?.signIn?.issuer;
  if (issuer !== undefined) return { issuer, subject };
  throw usedWrongly(
    "A subject is what a provider of sign-in calls a person, and none is set: set OIDC_CLIENT_ID " +
      "and what belongs to it, as the service has it.",
  );
}

async function createOne(
  tools: PeopleTools,
  account: NewAccount,
  { token, scopes }: Pick<Options, "token" | "scopes">,
): Promise<Made> {
  const { createUser } = await import("../../../users/create.ts");
  const { commandLine } = await import("../../../users/acts.ts");
  const { name, admin } = account;
  if (scopes?.includes("admin") && !admin)
    throw usedWrongly("Only a token of an administrator has the scope admin: give --admin.");
  const id = await createUser(tools, commandLine, account);
  if (!token) return { id, name, admin };
  const { createToken } = await import("../../../auth/tokens/tokens.ts");
  const all = admin ? (["read", "submit", "admin"] as const) : (["read", "submit"] as const);
  const caller = { kind: admin ? "admin" : "user", owner: id } as const;
  const wanted = {
    name: "made with the account",
    scopes: scopes ?? all,
    madeBy: "command",
    by: commandLine,
  } as const;
  const { secret } = await createToken(tools, caller, wanted);
  return { id, name, admin, token: secret };
}

/** As they stand in the file: none has a token of ours yet. */
async function createAll(
  tools: PeopleTools,
  people: { account: Omit<NewAccount, "admin">; subject: string | undefined }[],
): Promise<Made[]> {
  const { knownAccount } = await import("../../../users/create.ts");
  const made: Made[] = [];
  for (const { account, subject } of people) {
    const identity = identityOf(tools.config, subject);
    const known = await knownAccount(tools, { ...account, identity });
    if (known === undefined)
      made.push(await createOne(tools, { ...account, identity, admin: false }, {}));
    else say(`${clean(account.name)} is known already: ${known}`);
  }
  return made;
}
