#!/usr/bin/env node
import { runCommand } from "./run-command.ts";

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? 0 : 1),
);

process.exitCode = await runCommand(process.argv.slice(2));
