// Calls of `eeadm` that answer at once. Arguments are a list: there is no shell.
import { execFile } from "node:child_process";
import { childEnvironment } from "../../../config.ts";
import type { StageFacility } from "../settings.ts";

export interface Answer {
  exit: number;
  output: string;
  errors: string;
}

/** A whole batch of long paths, twice over. */
const mostBytes = 32 * 1024 * 1024;

/** Throws a sentence if it cannot be started, was ended by a signal, or takes too long. */
export function callEeadm(
  { EEADM_BIN, EEADM_SECONDS }: Pick<StageFacility, "EEADM_BIN" | "EEADM_SECONDS">,
  parts: string[],
  signal?: AbortSignal,
): Promise<Answer> {
  const name = `eeadm ${parts.slice(0, 2).join(" ")}`;
  return new Promise((resolve, reject) => {
    execFile(
      EEADM_BIN,
      parts,
      {
        timeout: EEADM_SECONDS * 1000,
        killSignal: "SIGKILL",
        maxBuffer: mostBytes,
        env: childEnvironment(),
        ...(signal && { signal }),
      },
      (error, output, errors) => {
        const { code = 0, killed } = (error ?? {}) as { code?: unknown; killed?: boolean };
        if (typeof code === "number" && !killed && !error?.signal)
          return resolve({ exit: code, output, errors });
        if (signal?.aborted) return reject(signal.reason);
        const why =
          killed || error?.signal
            ? `did not end within ${EEADM_SECONDS} seconds, or was ended`
            : `could not be started (${String(code)})`;
        reject(new Error(`\`${name}\` ${why}.`, { cause: error }));
      },
    );
  });
}

/** The first line of what it wrote, for a sentence. */
export function firstLine({ errors, output }: Answer): string {
  const line = `${errors}\n${output}`.split("\n").find((text) => text.trim() !== "");
  return line?.trim().slice(0, 300) ?? "no output";
}
