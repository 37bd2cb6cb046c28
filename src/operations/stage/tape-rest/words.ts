// What a server of the WLCG Tape REST API (version 1) answers, as far as it is used. Servers
// differ: a file has `onDisk` or `state`, times may be missing, and words may be new.
import { z } from "zod";

export const discovery = z.object({
  endpoints: z.array(z.object({ uri: z.url(), version: z.string() })),
});

export const staged = z.object({ requestId: z.string().regex(/^[\w.:-]{1,200}$/) });

const stagedFile = z.object({
  path: z.string(),
  onDisk: z.boolean().nullish(),
  state: z.string().nullish(),
  error: z.string().nullish(),
});
export type StagedFile = z.infer<typeof stagedFile>;

export const progress = z.object({
  /** seconds since 1970 */
  createdAt: z.number().nullish(),
  files: z.array(stagedFile),
});
export type StageProgress = z.infer<typeof progress>;

export const archiveInfo = z.array(
  z.object({ path: z.string(), locality: z.string().nullish(), error: z.string().nullish() }),
);

/** RFC 7807 */
export const problem = z.object({
  title: z.string().optional(),
  detail: z.string().nullish(),
});

/** Servers collapse slashes, and keep no order. */
export function plainPath(path: string): string {
  return path.replaceAll(/\/{2,}/g, "/");
}
