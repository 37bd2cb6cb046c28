// `POST archiveinfo`: where the data of files is now. Recalls nothing.
import { forEachAtOnce } from "../../at-once.ts";
import type { Caller } from "../../auth/caller.ts";
import { UnavailableError } from "../../errors.ts";
import type { TapeAnswer } from "../../operations/stage/backend.ts";
import { type Looked, lookAt } from "./look.ts";
import type { Parts } from "./parts.ts";

type Locality = "DISK" | "TAPE" | "DISK_AND_TAPE" | "LOST" | "NONE" | "UNAVAILABLE";
type Info = { path: string } & ({ locality: Locality } | { error: string });

/** Of more paths, the first are answered; clients ask for the rest again. */
const mostAsked = 1000;
const atOnce = 16;

/** Throws 503 where the tape system cannot be asked about any of them. */
export async function archiveInfo(
  { system, limitsOf }: Parts,
  caller: Caller,
  paths: string[],
): Promise<Info[]> {
  const limits = limitsOf(caller);
  const looked: Looked[] = [];
  await forEachAtOnce(paths.slice(0, mostAsked), atOnce, async (path, index) => {
    looked[index] = await lookAt(system, limits, path);
  });
  let answered = 0;
  const failures: UnavailableError[] = [];
  // All at once: the tape system is asked by one call for those who wait.
  const infos = await Promise.all(
    looked.map(async (one): Promise<Info> => {
      const { path } = one;
      if (one.is === "refused") return { path, error: one.why };
      if (one.is === "missing") return { path, error: noSuchFile };
      try {
        const answer = await system.ask(one.real);
        answered += 1;
        return { path, ...infoOf(answer, one.bytes) };
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        failures.push(error);
        return { path, error: error.message };
      }
    }),
  );
  if (answered === 0 && failures[0]) throw failures[0];
  return infos;
}

const noSuchFile = "No such file or directory";

function infoOf(
  answer: Exclude<TapeAnswer, { is: "silent" }>,
  bytes: number | undefined,
): { locality: Locality } | { error: string } {
  switch (answer.is) {
    case "missing":
      return { error: noSuchFile };
    case "disk":
      if (bytes === 0) return { locality: "NONE" };
      return { locality: answer.replicas > 0 ? "DISK_AND_TAPE" : "DISK" };
    case "tape":
      return { locality: "TAPE" };
    case "lost":
      return { locality: "LOST" };
    case "unclear":
      return { locality: "UNAVAILABLE" };
  }
}
