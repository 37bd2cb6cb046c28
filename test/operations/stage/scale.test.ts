// 100,000 files over eight libraries for one user, and ten in each for another.
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../support/wait.ts";
import { type FakeTapeRest, startFakeTapeRest } from "./fake-tape-rest.ts";
import { openStageSuite, type StageSuite } from "./suite.ts";

const libraries = Array.from({ length: 8 }, (_, at) => `lib${at + 1}`);
const filesOfLibrary = 12_500;
const batch = 1000;
const root = "/store/archive";

let server: FakeTapeRest;
let suite: StageSuite;
beforeAll(async () => {
  server = await startFakeTapeRest();
  suite = await openStageSuite("in the scheduler", {
    env: {
      STAGE_BACKEND: "tape-rest",
      STAGE_ROOTS: root,
      TAPE_REST_URL: server.url,
      STAGE_BATCH_FILES: String(batch),
      STAGE_BATCH_SECONDS: "1",
      STAGE_ACTIVE_RECALLS: "1",
      STAGE_POLL_SECONDS: "0.5",
    },
  });
});
afterAll(async () => {
  await suite.close();
  await server.close();
});

const put = (library: string, owner: string, count: number) =>
  Array.from({ length: count }, (_, at) => {
    const path = `${root}/${library}/${owner}/${String(at).padStart(6, "0")}.nc`;
    server.files.set(path, { locality: "TAPE", held: owner === "ann" });
    return path;
  });

const submit = (library: string, owner: string, count: number) =>
  suite.submit(put(library, owner, count), [{ operation: "stage", library }], { owner });

/** The paths of each request of the server, by library. */
function recallsOf(library: string): string[][] {
  const stages = server.calls.filter(({ path }) => path.endsWith("/stage"));
  const paths = stages.map(({ body }) =>
    (body as { files: { path: string }[] }).files.map(({ path }) => path),
  );
  return paths.filter(([first]) => first?.startsWith(`${root}/${library}/`));
}

test("100,000 files in recalls of a thousand, each once; another user's ten come with the next recall", async () => {
  const large = await Promise.all(libraries.map((one) => submit(one, "ann", filesOfLibrary)));
  await until(() => libraries.every((one) => recallsOf(one).length === 1), {
    timeoutSeconds: 300,
    what: "the first recall of each library",
  });
  const small = await Promise.all(libraries.map((one) => submit(one, "bob", 10)));
  await until(async () => {
    const views = await Promise.all(small.map((id) => suite.api.ledger.read(id)));
    return views.every(({ counters }) => counters.queued === 10);
  });
  for (const file of server.files.values()) file.held = false;
  const began = performance.now();
  const memory: number[] = [];
  await until(
    async () => {
      memory.push(process.memoryUsage().rss / 1024 ** 2);
      const views = await Promise.all(large.map((id) => suite.api.ledger.read(id)));
      return views.every(({ counters }) => counters.done === filesOfLibrary);
    },
    { timeoutSeconds: 1200, everyMilliseconds: 2000, what: "the files" },
  );
  const seconds = Math.round((performance.now() - began) / 1000);
  const [first = 0, most] = [memory[0], Math.max(...memory)].map((one) => Math.round(one ?? 0));
  console.log(`${server.files.size} files in ${seconds} s; ${first} MB at first, ${most} at most`);
  for (const id of [...large, ...small])
    expect(await suite.api.ledger.ended(id)).toMatchObject({ state: "complete" });
  for (const library of libraries) {
    const [, second = [], ...rest] = recallsOf(library);
    expect(second.filter((path) => path.includes("/bob/"))).toHaveLength(10);
    for (const paths of [second, ...rest]) expect(paths.length).toBeLessThanOrEqual(batch);
  }
  expect([...server.staged.values()].filter((times) => times !== 1)).toEqual([]);
  expect(server.staged.size).toBe(libraries.length * (filesOfLibrary + 10));
  expect(Math.max(...memory) - (memory[0] ?? 0)).toBeLessThan(300);
  await until(async () => {
    const [left] = await suite.ctx.db.query<{ n: number }>("SELECT count(*) AS n FROM task_files");
    return left?.n === 0;
  });
  expect(server.pins.size).toBe(0);
  expect(await suite.api.ledger.violations()).toEqual([]);
});
