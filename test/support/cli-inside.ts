import { cliEnvironment, type Ran, type Surroundings } from "./cli.ts";
import { program } from "./program.ts";

let last: Promise<unknown> = Promise.resolve();

/**
 * As `runCli`, in the process of the test: Node and the modules are not started and loaded for each
 * command, which takes most of its time. Commands that are called at once run one after the other.
 * Signals, terminals and standard input need a process, as does proof that a command ends by
 * itself: see test/client/cli.test.ts.
 */
export function runCliInside(
  args: string[],
  { env, cwd }: Pick<Surroundings, "env" | "cwd"> = {},
): Promise<Ran> {
  const ran = last.then(() => run(args, cliEnvironment(env), cwd));
  last = ran.catch(() => undefined);
  return ran;
}

async function run(args: string[], env: NodeJS.ProcessEnv, cwd = process.cwd()): Promise<Ran> {
  const { runCommand } = await import("../../src/client/cli/run-command.ts");
  const before = { env: { ...process.env }, cwd: process.cwd(), script: process.argv[1] ?? "" };
  const printed = { stdout: capture(process.stdout), stderr: capture(process.stderr) };
  try {
    setEnvironment(env);
    process.chdir(cwd);
    // Sentences say how the command line is called.
    process.argv[1] = program.at(-1) ?? "";
    const code = await runCommand(args);
    return { code, stdout: printed.stdout.text(), stderr: printed.stderr.text() };
  } finally {
    printed.stdout.release();
    printed.stderr.release();
    process.argv[1] = before.script;
    process.chdir(before.cwd);
    setEnvironment(before.env);
    process.exitCode = undefined;
  }
}

/** The variables of Vitest, which goes on meanwhile, stay. */
function setEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env))
    if (!(name in env) && !/^(VITEST|TINYPOOL|TEST)/.test(name)) delete process.env[name];
  Object.assign(process.env, env);
}

function capture(stream: NodeJS.WriteStream): { text(): string; release(): void } {
  const { write } = stream;
  let text = "";
  stream.write = ((written: string | Uint8Array, ...more: unknown[]) => {
    text += typeof written === "string" ? written : Buffer.from(written).toString();
    const done = more.find((one) => typeof one === "function");
    if (done) queueMicrotask(done as () => void);
    return true;
  }) as typeof stream.write;
  return {
    text: () => text,
    release: () => {
      stream.write = write;
    },
  };
}
