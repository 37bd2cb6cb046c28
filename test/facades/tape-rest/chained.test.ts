// Two services: one whose tape system is the other's Tape REST API, with a key of it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStageSuite, type StageSuite } from "../../operations/stage/suite.ts";
import { addKey, addPerson } from "../../support/people.ts";
import { until } from "../../support/wait.ts";
import { base, makeClient, statesOf, type TapeRestClient } from "./tape-rest.ts";

let behind: StageSuite;
let front: StageSuite;
let client: TapeRestClient;

beforeAll(async () => {
  behind = await openStageSuite("in the scheduler", {
    env: { AGENT_OPERATIONS: "", ENABLE_AUTH: "true" },
  });
  const { api, ctx, tape } = behind;
  const root = await addPerson(ctx, { admin: true, scopes: ["read", "admin"] });
  const ann = await addPerson(ctx);
  const wanted = { owner: ann.id, facade: "tape-rest", roots: [tape.root] };
  const { secret } = await addKey(api, root, wanted);
  const token = join(tape.folder, "token");
  writeFileSync(token, `${secret}\n`);
  front = await openStageSuite("in the scheduler", {
    env: {
      ...{ AGENT_OPERATIONS: "", STAGE_BACKEND: "tape-rest", STAGE_ROOTS: tape.root },
      ...{ TAPE_REST_URL: api.url + base, TAPE_REST_TOKEN_FILE: token },
    },
  });
  client = makeClient(front.api);
});

afterAll(async () => {
  for (const suite of [front, behind]) {
    expect(await suite?.api.ledger.violations()).toEqual([]);
    await suite?.close();
  }
});

test("files come through both, each by one recall, and archiveinfo is asked through both", async () => {
  const { tape } = behind;
  const paths = tape.put(["a.nc", "b.nc", "c.nc"]);
  const gone = join(tape.root, "gone.nc");
  expect(await client.archiveInfo([...paths, gone])).toEqual(
    new Map([
      ...paths.map((path) => [path, "TAPE"] as const),
      [gone, "error: No such file or directory"],
    ]),
  );
  const id = await client.stage(paths);
  const { files } = await client.ended(id);
  expect(files.map(({ path, state }) => [path, state])).toEqual(
    paths.map((path) => [path, "COMPLETED"]),
  );
  expect([...tape.timesRecalled()]).toEqual(paths.map((path) => [path, 1]));
  expect((await client.archiveInfo(paths)).get(paths[0] ?? "")).toBe("DISK_AND_TAPE");
});

test("a cancel of one file in front cancels it behind, and the others come", async () => {
  const { tape } = behind;
  const [one = "", two = ""] = tape.put(["d.nc", "e.nc"]);
  tape.set({ HELD: [one, two] });
  const id = await client.stage([one, two]);
  await until(() => tape.timesRecalled().has(two));
  await client.cancel(id, [two]);
  const canceledBehind = () =>
    behind.ctx.db.query(
      `SELECT FROM request_files f JOIN files i ON i.id = f.file_id
       WHERE i.paths[1] = $1 AND f.state = 'canceled'`,
      [two],
    );
  await until(async () => (await canceledBehind()).length === 1);
  tape.set({ HELD: [] });
  expect(statesOf(await client.ended(id))).toEqual(
    new Map([
      [one, "COMPLETED"],
      [two, "CANCELLED"],
    ]),
  );
});
