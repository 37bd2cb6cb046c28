import { Command } from "commander";
import { withoutSecrets } from "../../addresses/shown.ts";
import { version } from "../../version.ts";
import { addAgent } from "./commands/agent.ts";
import { addAudit } from "./commands/audit.ts";
import { addCancel } from "./commands/cancel.ts";
import { addCompletion } from "./commands/completion.ts";
import { addDatasets } from "./commands/datasets.ts";
import { addDb } from "./commands/db.ts";
import { addDelete } from "./commands/delete.ts";
import { addDownload } from "./commands/download.ts";
import { addErrors } from "./commands/errors.ts";
import { addFiles } from "./commands/files.ts";
import { addGroup } from "./commands/group.ts";
import { addImport } from "./commands/import.ts";
import { addKey } from "./commands/key.ts";
import { addLimits } from "./commands/limits.ts";
import { addList } from "./commands/list.ts";
import { addLogin } from "./commands/login.ts";
import { addLogout } from "./commands/logout.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addOperations } from "./commands/operations.ts";
import { addReceipt } from "./commands/receipt.ts";
import { addRedrive } from "./commands/redrive.ts";
import { addResults } from "./commands/results.ts";
import { addS3 } from "./commands/s3.ts";
import { addShow } from "./commands/show.ts";
import { addStart } from "./commands/start.ts";
import { addStatus } from "./commands/status.ts";
import { addStop } from "./commands/stop.ts";
import { addSubmit } from "./commands/submit.ts";
import { addToken } from "./commands/token.ts";
import { addUser } from "./commands/user.ts";
import { addWatch } from "./commands/watch.ts";
import { addWorker } from "./commands/worker.ts";
import { exitSentence } from "./exit-codes.ts";
import { exitOf } from "./exits.ts";
import { withExamples } from "./help/examples.ts";
import { meantBy } from "./help/meant.ts";
import { setConsoleOptions, withConsoleOptions } from "./print/console-options.ts";
import { sayError } from "./print/print.ts";
import { passProfile, profileOption } from "./service.ts";

const commands = [
  addStart,
  addStatus,
  addStop,
  addSubmit,
  addList,
  addShow,
  addWatch,
  addFiles,
  addErrors,
  addResults,
  addRedrive,
  addCancel,
  addDelete,
  addDownload,
  addS3,
  addReceipt,
  addDatasets,
  addOperations,
  addLimits,
  addLogin,
  addLogout,
  addToken,
  addKey,
  addUser,
  addGroup,
  addWorker,
  addAgent,
  addAudit,
  addDb,
  addMigrate,
  addImport,
  addCompletion,
];

/** Runs one command and returns the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  setConsoleOptions();
  process.exitCode = undefined;
  try {
    const program = makeProgram();
    const meant = meantBy(program, args);
    if (meant) throw meant;
    await program.parseAsync(args, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    const { code, message } = exitOf(error);
    if (message !== "") sayError(`longshore: ${withoutSecrets(message)}`);
    return code;
  }
}

/** All commands with their options and help. */
export function makeProgram(): Command {
  const program = new Command("longshore")
    .description(
      "Runs operations on every file of a scientific dataset, and accounts for each file.",
    )
    .version(version)
    .exitOverride()
    // The message of a refused option quotes its value.
    .configureOutput({ outputError: (text, write) => write(withoutSecrets(text)) })
    .showHelpAfterError("(see --help)")
    .addHelpText("after", ({ command }) => `\n${command.createHelp().boxWrap(exitSentence, 80)}`);
  for (const add of commands) add(program);
  withConsoleOptions(program);
  withExamples(program);
  program.addOption(profileOption());
  program.hook("preAction", (_, command) => {
    setConsoleOptions(command);
    passProfile(program, command);
  });
  return program;
}
