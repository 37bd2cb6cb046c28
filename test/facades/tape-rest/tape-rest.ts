// A client of the WLCG Tape REST API, built from its contract alone: every answer is held to the
// schema that the contract gives it.
import { expect } from "vitest";
import { z } from "zod";
import type { Answer, Api } from "../../support/api.ts";
import { until } from "../../support/wait.ts";

export const wellKnown = "/.well-known/wlcg-tape-rest-api";
export const base = "/api/v1/tape";

/** whole seconds, neither milliseconds nor a text */
const seconds = z.int().min(1_700_000_000).max(4_000_000_000);
const path = z.string().startsWith("/");

const discovery = z.strictObject({
  sitename: z.string().min(1),
  description: z.string().optional(),
  endpoints: z
    .array(
      z.strictObject({ uri: z.url(), version: z.literal("v1"), metadata: z.object().optional() }),
    )
    .length(1),
});
const staged = z.strictObject({ requestId: z.string().min(1) });
const file = z
  .strictObject({
    path,
    state: z.enum(["SUBMITTED", "STARTED", "COMPLETED", "FAILED", "CANCELLED"]),
    startedAt: seconds.optional(),
    finishedAt: seconds.optional(),
    error: z.string().min(1).optional(),
  })
  .refine(({ state, error }) => (error !== undefined) === (state === "FAILED"));
const progress = z.strictObject({
  id: z.string(),
  createdAt: seconds,
  startedAt: seconds,
  completedAt: seconds.optional(),
  files: z.array(file),
});
const infos = z.array(
  z.union([
    z.strictObject({
      path,
      locality: z.enum(["DISK", "TAPE", "DISK_AND_TAPE", "LOST", "NONE", "UNAVAILABLE"]),
    }),
    z.strictObject({ path: z.string(), error: z.string().min(1) }),
  ]),
);
const problem = z.object({
  status: z.int(),
  title: z.string().min(1),
  detail: z.string().min(1),
  type: z.string().min(1),
});
export type Progress = z.infer<typeof progress>;

export interface TapeRestClient {
  discover(): Promise<z.infer<typeof discovery>>;
  /** the id of the request */
  stage(paths: string[], more?: object): Promise<string>;
  progress(id: string): Promise<Progress>;
  /** asks until the request has ended */
  ended(id: string): Promise<Progress>;
  cancel(id: string, paths: string[]): Promise<void>;
  delete(id: string): Promise<void>;
  release(id: string, paths: string[]): Promise<void>;
  /** locality or error, by path */
  archiveInfo(paths: string[]): Promise<Map<string, string>>;
  /** an error, whose status and problem are checked; `body` undefined: none */
  refused(method: string, path: string, body: unknown, status: number): Promise<Problem>;
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}
export type Problem = z.infer<typeof problem>;

export function makeClient(
  { call: callApi }: Pick<Api, "call">,
  headers: Record<string, string> = {},
): TapeRestClient {
  const call: TapeRestClient["call"] = (method, where, body) =>
    callApi({
      ...{ method, path: where },
      headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });

  async function good(method: string, where: string, body?: unknown, status = 200) {
    const answer = await call(method, where, body);
    expect(answer.status, answer.text).toBe(status);
    return answer;
  }

  const client: TapeRestClient = {
    call,
    discover: async () => discovery.parse((await good("GET", wellKnown)).json()),
    async stage(paths, more = {}) {
      const files = paths.map((one) => ({ path: one, ...more }));
      const answer = await good("POST", `${base}/stage`, { files }, 201);
      const { requestId } = staged.parse(answer.json());
      const { endpoints } = await client.discover();
      expect(answer.headers.location).toBe(`${endpoints[0]?.uri}/stage/${requestId}`);
      return requestId;
    },
    async progress(id) {
      const found = progress.parse((await good("GET", `${base}/stage/${id}`)).json());
      expect(found.id).toBe(id);
      return found;
    },
    ended: (id) =>
      until(async () => {
        const found = await client.progress(id);
        return found.completedAt === undefined ? undefined : found;
      }),
    async cancel(id, paths) {
      expect((await good("POST", `${base}/stage/${id}/cancel`, { paths })).text).toBe("");
    },
    async delete(id) {
      expect((await good("DELETE", `${base}/stage/${id}`)).text).toBe("");
    },
    async release(id, paths) {
      expect((await good("POST", `${base}/release/${id}`, { paths })).text).toBe("");
    },
    async archiveInfo(paths) {
      const answer = await good("POST", `${base}/archiveinfo`, { paths });
      const found = infos.parse(answer.json());
      return new Map(
        found.map((one) => [one.path, "locality" in one ? one.locality : `error: ${one.error}`]),
      );
    },
    async refused(method, where, body, status) {
      const answer = await call(method, where, body);
      expect([answer.status, answer.headers["content-type"]], answer.text).toEqual([
        status,
        "application/problem+json; charset=utf-8",
      ]);
      const said = problem.parse(answer.json());
      expect(said.status).toBe(status);
      return said;
    },
  };
  return client;
}

/** What each file's state is, by path. */
export function statesOf({ files }: Progress): Map<string, string> {
  return new Map(files.map(({ path: one, state }) => [one, state]));
}
