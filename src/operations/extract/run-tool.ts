import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { confined } from "../../confined/launch.ts";
import { type Exceeded, watchProcess } from "../../confined/watch.ts";

export interface ToolRun {
  program: string;
  args: readonly string[];
  /** where it runs and finds its files by plain names, so that no text has a path of ours */
  folder: string;
  environment: Record<string, string>;
  /** `csv`: a file for what it prints, as lines of date and value; default: it is returned */
  csv?: string | undefined;
  seconds: number;
  memoryMegabytes: number;
  outputMegabytes: number;
  signal: AbortSignal;
}

export interface ToolEnd {
  printed: string;
  /** the end of its standard error */
  complaints: string;
  /** why it did not do what it was asked; undefined: it did */
  failure?: Exceeded | "status" | "size" | undefined;
}

const mostPrinted = 16 * 1024 * 1024;
const mostComplaints = 256 * 1024;

/**
 * Runs a program without our environment, as a group of processes that ends with this one, at its
 * limits, and when the signal aborts. Rejects where it cannot be started.
 */
export async function runTool(run: ToolRun): Promise<ToolEnd> {
  const { seconds, memoryMegabytes: residentMegabytes, signal } = run;
  const { command, args } = confined(
    { command: run.program, args: [...run.args] },
    { fileMegabytes: run.outputMegabytes, dataMegabytes: residentMegabytes * 1.25 + 256 },
  );
  const child = spawn(command, args, {
    cwd: run.folder,
    env: run.environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const ended = endOf(child);
  let failure: ToolEnd["failure"];
  const stop = (why: Exceeded | "size") => {
    failure ??= why;
    killGroup(child);
  };
  const unwatch =
    child.pid === undefined
      ? () => undefined
      : watchProcess(child.pid, { seconds, residentMegabytes, signal }, stop);
  const printed = collector(mostPrinted);
  const complaints = collector(mostComplaints);
  try {
    const [status] = await Promise.all([
      ended,
      run.csv === undefined
        ? pipeline(child.stdout, printed.stream)
        : pipeline(
            child.stdout,
            asCsv(run.outputMegabytes * 1024 * 1024, () => stop("size")),
            createWriteStream(run.csv),
          ),
      pipeline(child.stderr, complaints.stream),
    ]);
    if (status === "SIGXFSZ") failure ??= "size";
    if (status !== 0) failure ??= "status";
    return { printed: printed.text(), complaints: complaints.text(), failure };
  } finally {
    unwatch();
    killGroup(child);
  }
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal ?? code ?? 1));
  });
}

/** What the program may have started ends with it. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group has ended
  }
}

/** Keeps the last bytes. */
function collector(most: number): { stream: Writable; text(): string } {
  let kept = Buffer.alloc(0);
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      kept = Buffer.concat([kept, chunk]).subarray(-most);
      done();
    },
  });
  return { stream, text: () => kept.toString("utf8") };
}

/** Lines of fields between blanks, as cdo prints them, with commas and the line ends of CSV. */
function asCsv(most: number, tooLarge: () => void): Transform {
  let rest = "";
  let size = 0;
  const csv = (line: string) => `${line.trim().split(/\s+/).join(",")}\r\n`;
  return new Transform({
    decodeStrings: false,
    encoding: "utf8",
    transform(chunk: Buffer | string, _, done) {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      const text = lines
        .filter((line) => line.trim() !== "")
        .map(csv)
        .join("");
      size += text.length;
      if (size > most) tooLarge();
      done(null, size > most ? "" : text);
    },
    flush(done) {
      done(null, rest.trim() === "" ? "" : csv(rest));
    },
  });
}
