import { Argument, type Command } from "commander";
import type { Longshore } from "../../client.ts";
import type { Binding } from "../../views.ts";
import { isConfirmed } from "../confirm.ts";
import { exits } from "../exit-codes.ts";
import { ExitError, usedWrongly } from "../exits.ts";
import { plainText } from "../given/values.ts";
import { thisCommand } from "../help/this-command.ts";
import { groupNamed, groupNames, groupWord } from "../named-group.ts";
import { clean, printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

type Kind = Binding["kind"];
type Options = ServiceOptions & { yes?: boolean; json?: boolean };

const kinds = ["root", "host", "dataset"] as const satisfies readonly Kind[];

export function addGroupBindings(group: Command): void {
  withTarget(group.command("bind"))
    .description("have a folder, a host or a dataset read for members of the group alone")
    .action(bind);
  withTarget(group.command("unbind"))
    .description("remove a binding; what is bound to no group any more is read by everybody")
    .option("-y, --yes", "do not ask; without a terminal nothing is asked")
    .action(unbind);
}

function withTarget(command: Command): Command {
  return withService(command)
    .argument("<group>", groupNames(), groupWord)
    .addArgument(new Argument("<kind>", "what is bound").choices(kinds))
    .argument(
      "<target>",
      "root: a folder's absolute path at the service; host: as in INPUT_HOSTS; dataset: a name " +
        "with its scheme, in which * is any characters",
      plainText(4096),
    );
}

async function bind(word: string, kind: Kind, target: string, options: Options): Promise<void> {
  const { json, ...service } = options;
  const client = await connect(service);
  const { id, name } = await groupNamed(client, word);
  const made = await client.groups.bind({ kind, target, group: id });
  if (json) printJson(made);
  else say(`${made.kind} ${clean(made.target)} is read for members of ${clean(name)} alone.`);
}

async function unbind(word: string, kind: Kind, target: string, options: Options): Promise<void> {
  const { yes, json, ...service } = options;
  const client = await connect(service);
  const { id, name } = await groupNamed(client, word);
  const binding = { kind, target, group: id };
  const isLast = await isLastOf(client, binding);
  const what = `${kind} ${clean(target)}`;
  if (isLast && !yes && !(await isConfirmed(`Have ${what} read by everybody?`)))
    throw new ExitError(exits.someFailed, "It stays bound.");
  await client.groups.unbind(binding);
  if (json) printJson({ unbound: binding });
  else if (isLast) say(`${what} is bound to no group: everybody who may submit reads it.`);
  else say(`${what} is not bound to ${clean(name)} any more; to other groups it is.`);
}

/** Throws where there is no such binding. */
async function isLastOf(client: Longshore, { kind, target, group }: Binding): Promise<boolean> {
  const { items } = await client.groups.bindings();
  const same = items.filter((other) => other.kind === kind && other.target === target);
  if (same.some((other) => other.group === group)) return same.length === 1;
  throw usedWrongly(
    `The group has no binding ${kind} ${JSON.stringify(clean(target))}: see ` +
      `\`${thisCommand()} group show\`.`,
  );
}
