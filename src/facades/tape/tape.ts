// What the façade asks of the tape system itself.
import type { Context } from "../../deps.ts";
import type { TapeAnswer } from "../../operations/stage/backend.ts";
import { openBackend } from "../../operations/stage/open.ts";
import { problemOfPath, type RealPath, realPathOf } from "../../operations/stage/paths.ts";
import type { StageFacility } from "../../operations/stage/settings.ts";
import { explained } from "../../system-problem.ts";
import type { TapeCaller } from "./caller.ts";
import { badPath, noSuchFile, tapeAway } from "./errors.ts";
import { makeGathered } from "./gathered.ts";

/** Clients give up after ten. */
const mostSeconds = 8;

export interface TapeFile {
  /** as the tape system knows it and, where that can be seen here, without links */
  path: string;
  /** undefined: it cannot be seen here */
  bytes: number | undefined;
}

export interface TapeSystem {
  facility: StageFacility;
  /** The tape system is another host's: it cannot be asked here. */
  isElsewhere: boolean;
  /** How the tape system calls what callers call so. Looks at the text alone. */
  mapped(path: string): string;
  /** The file that may be asked for and recalled. Throws 400, 404 and 503. */
  fileOf(caller: Pick<TapeCaller, "roots">, path: string): Promise<TapeFile>;
  /** Where the data of the file is; throws 503 where the tape system cannot be asked. */
  ask(path: string): Promise<Exclude<TapeAnswer, { is: "silent" }>>;
}

export function openTape({ config, log }: Pick<Context, "config" | "log">): TapeSystem {
  // The operation's own schema has read it.
  const facility = config.facility.stage as StageFacility;
  const quick = {
    ...facility,
    EEADM_SECONDS: Math.min(facility.EEADM_SECONDS, mostSeconds),
    TAPE_REST_SECONDS: Math.min(facility.TAPE_REST_SECONDS, mostSeconds),
  };
  const isElsewhere = config.agentOperations.includes("stage");
  const backend = openBackend(facility);
  const seesFiles = backend.seesFiles && !isElsewhere;
  const late = () => tapeAway(`The tape system has not answered within ${mostSeconds} seconds.`);
  const askAll = makeGathered((paths) => backend.ask(paths, quick), {
    seconds: mostSeconds,
    late,
  });

  async function ask(path: string): Promise<Exclude<TapeAnswer, { is: "silent" }>> {
    if (isElsewhere)
      throw tapeAway("The tape system is on another host (AGENT_OPERATIONS): ask for a recall.");
    let answer: TapeAnswer | undefined;
    try {
      answer = await askAll(path);
    } catch (error) {
      log.warn({ err: error }, "the tape system could not be asked");
      throw tapeAway(`The tape system cannot be asked now: ${explained(error)}`);
    }
    if (answer === undefined || answer.is === "silent")
      throw tapeAway(`The tape system says nothing of this file: ${answer?.why ?? "no answer"}`);
    return answer;
  }

  return {
    facility,
    isElsewhere,
    mapped: (path) => mappedPath(config.tape.paths, path),
    ask,
    async fileOf({ roots }, path) {
      const mapped = mappedPath(config.tape.paths, path);
      const problem =
        problemOfPath(mapped, facility.STAGE_ROOTS) ??
        (roots && problemOfPath(mapped, roots, "this key"));
      if (problem !== undefined) throw badPath(problem);
      if (!seesFiles) return { path: mapped, bytes: undefined };
      const real = await realPathOf(mapped, facility.STAGE_ROOTS);
      if ("problem" in real) throw errorOf(real);
      if (!roots) return real;
      const own = await realPathOf(real.path, roots, "this key");
      if ("problem" in own) throw errorOf(own);
      return own;
    },
  };
}

function errorOf({ problem }: Extract<RealPath, { problem: object }>): Error {
  if (problem.class === "not_found") return noSuchFile();
  return problem.class === "unavailable" ? tapeAway(problem.message) : badPath(problem.message);
}

/** How the tape system calls it; the longest folder that fits decides. */
function mappedPath(pairs: readonly { from: string; to: string }[], path: string): string {
  const pair = pairs.find(({ from }) => path.startsWith(`${from}/`));
  return pair ? pair.to + path.slice(pair.from.length) : path;
}
