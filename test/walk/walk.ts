// One walk: a terminal in which the service runs, and one for all else.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Newcomer, newcomer } from "./newcomer.ts";
import { says, stepsOf } from "./page.ts";
import { type Terminal, type Typed, terminals } from "./terminal.ts";

export interface Walk {
  /** A page of the clone. */
  read(path: string): string;
  /** Installs the clone and starts the service, as README does. */
  install(): Promise<void>;
  /** Follows a page of the clone from its first line to its last. */
  page(path: string): Promise<void>;
  /** Types something in the clone, while the service runs as README starts it. */
  type(command: string): Promise<Typed>;
  close(): Promise<void>;
}

const starting = /\b(npm|longshore) start\b/;
const ready = /Longshore is ready at \S+/;
const usualStart = "npm start";

export async function walk(): Promise<Walk> {
  const person = await newcomer();
  const server = terminals(person);
  const service = serviceTerminal(await server.open("service", person.clone));
  let pages = 0;
  let hands: Terminal | undefined;
  const inHands = async (command: string) => {
    hands ??= await server.open("hands", person.clone);
    return hands.type(command);
  };
  return {
    read: (path) => readFileSync(join(person.clone, path), "utf8"),
    async install() {
      const { code, shown } = await service.start(`npm ci && ${usualStart}`);
      if (code !== undefined) throw new Error(`It could not be installed:\n${shown}`);
    },
    async page(path) {
      // README starts it itself.
      if (path !== "README.md") await service.start(usualStart);
      const terminal = await server.open(`page-${++pages}`, person.clone);
      await follow(path, person, service, terminal);
    },
    async type(command) {
      await service.start(usualStart);
      return inHands(person.onOwnPorts(command));
    },
    async close() {
      await service.stop();
      server.close();
      await person.remove();
    },
  };
}

interface ServiceTerminal {
  /** Unless this is what runs; what ran before is stopped. */
  start(command: string): Promise<Typed>;
  stop(): Promise<void>;
}

function serviceTerminal(terminal: Terminal): ServiceTerminal {
  let running: string | undefined;
  const stop = async () => {
    if (running === undefined) return;
    const { code, shown } = await terminal.interrupt();
    running = undefined;
    if (code !== 0) throw new Error(`The service ended with ${code}:\n${shown}`);
  };
  return {
    stop,
    async start(command) {
      const settled = command.replace("npm ci && ", "").replace(/\s+#.*/, "");
      if (running === settled) return { code: undefined, shown: "" };
      await stop();
      const typed = await terminal.type(command, ready);
      if (typed.code === undefined) running = settled;
      return typed;
    },
  };
}

async function follow(
  path: string,
  person: Newcomer,
  service: ServiceTerminal,
  terminal: Terminal,
): Promise<void> {
  let last: Typed = { code: 0, shown: "" };
  let id = "(no request was submitted yet)";
  for (const step of stepsOf(readFileSync(join(person.clone, path), "utf8"))) {
    const text = person.onOwnPorts(step.text).replaceAll("<id>", id);
    if (step.kind === "save") {
      const file = join(await terminal.folder(), step.name);
      writeFileSync(file, text);
      person.own(file);
    } else if (step.kind === "type") {
      last = starting.test(text) ? await service.start(text) : await terminal.type(text);
      id = /^Submitted (\S+)/m.exec(last.shown)?.[1] ?? id;
    }
    const problem = step.kind === "read" ? missing(last, text) : wrongEnd(last, text);
    if (problem && step.kind !== "save")
      throw new Error(`${path}, line ${step.line}: ${problem}:\n${last.shown}`);
  }
}

function missing({ shown }: Typed, text: string): string | undefined {
  return says(shown, text) ? undefined : `it does not say ${text}, but`;
}

/** A page says it where a command ends with another code than 0. */
function wrongEnd({ code = 0 }: Typed, command: string): string | undefined {
  const expected = Number(/exit code (\d+)/.exec(command)?.[1] ?? 0);
  return code === expected ? undefined : `it ended with ${code}, not ${expected}`;
}
