import { Command } from "commander";
import { withoutSecrets } from "../../addresses/shown.ts";
import { version } from "../../version.ts";
import { addAgent } from "./agent.ts";
import { addAudit } from "./audit.ts";
import { addCancel } from "./cancel.ts";
import { addCompletion } from "./completion.ts";
import { setConsoleOptions, withConsoleOptions } from "./console-options.ts";
import { addDatasets } from "./datasets.ts";
import { addDb } from "./db.ts";
import { addDelete } from "./delete.ts";
import { addDownload } from "./download.ts";
import { addErrors } from "./errors.ts";
import { withExamples } from "./examples.ts";
import { exitSentence } from "./exit-codes.ts";
import { exitOf } from "./exits.ts";
import { addFiles } from "./files.ts";
import { addLimits } from "./limits.ts";
import { addList } from "./list.ts";
import { meantBy } from "./meant.ts";
import { addMigrate } from "./migrate.ts";
import { addOperations } from "./operations.ts";
import { passProfile, profileOption } from "./options.ts";
import { sayError } from "./print.ts";
import { addReceipt } from "./receipt.ts";
import { addRedrive } from "./redrive.ts";
import { addResults } from "./results.ts";
import { addS3 } from "./s3.ts";
import { addShow } from "./show.ts";
import { addStart } from "./start.ts";
import { addStatus } from "./status.ts";
import { addStop } from "./stop.ts";
import { addSubmit } from "./submit.ts";
import { addWatch } from "./watch.ts";
import { addWorker } from "./worker.ts";

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
  addWorker,
  addAgent,
  addAudit,
  addDb,
  addMigrate,
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
