import { type Command, Option } from "commander";
import type { S3Access } from "../../views.ts";
import { findRequest, requestNames, requestWord } from "../find-request.ts";
import { thisCommand } from "../help/this-command.ts";
import { clean, print, printJson, say } from "../print/print.ts";
import { connect, type ServiceOptions, withService } from "../service.ts";

type Tool = S3Access["lines"][number]["tool"];

const tools: Tool[] = ["aws", "boto3", "rclone", "duckdb", "pandas"];

interface Options extends ServiceOptions {
  tool?: Tool;
  json?: boolean;
}

export function addS3(program: Command): void {
  withService(program.command("s3"))
    .description("print lines that read the results with an S3 client, with this request's keys")
    .argument("<request>", requestNames, requestWord)
    .addOption(new Option("--tool <name>", "only the lines for this client").choices(tools))
    .action(s3);
}

async function s3(word: string, { tool, json, ...service }: Options): Promise<void> {
  const client = await connect(service);
  const id = await findRequest(client, word);
  const access = await client.s3(id);
  if (json) printJson(access);
  else printLines(access, tool);
  say(
    "These are secrets: whoever has them reads the results of this request, until it is deleted. " +
      `To copy the results only: ${thisCommand()} download ${id}`,
  );
}

/** One client's lines stand alone, so that they can be piped into it. */
function printLines({ lines }: S3Access, tool: Tool | undefined): void {
  for (const { tool: name, language, text } of lines) {
    if (tool !== undefined && name !== tool) continue;
    if (tool === undefined) print(`${language === "sql" ? "--" : "#"} ${name}`);
    for (const line of text.split("\n")) print(clean(line));
    if (tool === undefined) print("");
  }
}
