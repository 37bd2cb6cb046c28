import type { Command } from "commander";
import { readOnlyUrl } from "./database.ts";
import { print } from "./print.ts";

export function addDb(program: Command): void {
  program
    .command("db")
    .description("about the database")
    .command("url")
    .description("print a URL for psql that reads and does not write")
    .action(async () => print(await readOnlyUrl()));
}
