#!/usr/bin/env node
import { runCommand } from "./run-command.ts";

// `head`, for example, closes the pipe once it has read enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? 0 : 1),
);

process.exitCode = await runCommand(process.argv.slice(2));
