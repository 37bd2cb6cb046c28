// npm run prisma -- <command>: Prisma's command line, as far as it works without a network. Its
// engine for migrations is a program that it downloads. Given another program instead, commands
// that need the engine end well and have done nothing, so they are refused here.
import { pathToFileURL } from "node:url";
import { offline, prismaCommand } from "./prisma-client.mjs";

const withoutEngine = ["validate", "format", "studio"];

const args = process.argv.slice(2);
const [command = "", part = ""] = args.filter((word) => !word.startsWith("-"));
if (!withoutEngine.includes(command)) {
  const asked = `${command} ${part}`.trim();
  process.stderr.write(
    `Usage: npm run prisma -- ${withoutEngine.join(" | ")} [options]\n` +
      (asked && `${asked} needs Prisma's engine, which \`npx prisma ${asked}\` downloads.\n`) +
      "Without it, `npm run db:check` compares schema and migrations, and `longshore migrate`\n" +
      "applies these to a database.\n",
  );
  process.exit(2);
}
Object.assign(process.env, offline);
const file = prismaCommand();
process.argv = [process.execPath, file, ...args];
await import(pathToFileURL(file).href);
