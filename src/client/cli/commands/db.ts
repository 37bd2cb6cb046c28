import type { Command } from "commander";
import { readOnlyUrl } from "../database.ts";
import { print } from "../print/print.ts";

export function addDb(program: Command): void {
  program
    .command("db")
    .description("information about the database")
    .command("url")
    .description("print a read-only URL for psql")
    .action(async () => print(await readOnlyUrl()));
}
