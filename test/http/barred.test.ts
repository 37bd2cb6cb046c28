// What is bound to a group is read for its members alone, whatever way somebody else tries.
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { silentLog } from "../../src/log.ts";
import type { Task } from "../../src/operations/contract.ts";
import type { TransformTask } from "../../src/queue/celery.ts";
import type { TransformerQueues } from "../../src/queue/celery-broker.ts";
import { sendTasks } from "../../src/requests/sidecars/send-tasks.ts";
import { firstFile, listTaskFiles } from "../../src/tasks/list-files.ts";
import { perform } from "../../src/worker/perform.ts";
import { count } from "../operations/count.ts";
import { waitOperation } from "../operations/wait/operation.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Groups, makeGroups } from "../support/groups.ts";
import { addPerson, bearer, type Person } from "../support/people.ts";
import { until } from "../support/wait.ts";

const root = temporaryFolder("barred");
const at = (...names: string[]) => join(root, ...names);
let api: Api;
let groups: Groups;
let member: Person;
let stranger: Person;
let group: string;
/** of the bound data, and one that redirects to it */
let server: Server;
let redirecting: Server;
const bound: [kind: "root" | "host" | "dataset", target: string][] = [];

beforeAll(async () => {
  for (const folder of ["bound", "open", "scratch"]) mkdirSync(at(folder));
  writeFileSync(at("bound", "a.csv"), "one\ntwo\n");
  writeFileSync(at("open", "b.csv"), "one\n");
  symlinkSync(at("bound", "a.csv"), at("open", "link.csv"));
  symlinkSync(at("bound"), at("open", "folder"));
  server = createServer((request, response) => {
    if (request.url !== "/") return void response.end("one\ntwo\n");
    response.setHeader("content-type", "text/html");
    response.end('<a href="a.csv">a.csv</a>');
  });
  redirecting = createServer((request, response) => {
    const host = request.url === "/by-name.csv" ? "localhost" : "127.0.0.1";
    response.writeHead(302, { location: `http://${host}:${portOf(server)}/a.csv` }).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await new Promise<void>((done) => redirecting.listen(0, "127.0.0.2", done));
  api = await openApi({
    operations: [count, waitOperation()],
    env: {
      ENABLE_AUTH: "true",
      INPUT_ROOTS: root,
      INPUT_HOSTS: "127.0.0.1,127.0.0.2,localhost",
      VALID_DID_SCHEMES: "outside",
      INTERNAL_PORT: "0",
    },
  });
  groups = await makeGroups(api);
  member = await addPerson(api.ledger.ctx);
  stranger = await addPerson(api.ledger.ctx);
  group = await groups.group("Members", [member]);
});

afterEach(async () => {
  for (const [kind, target] of bound.splice(0)) await groups.unbind(group, kind, target);
});

afterAll(async () => {
  await api.close();
  server.close();
  redirecting.close();
  rmSync(root, { recursive: true });
});

const portOf = (of: Server) => (of.address() as AddressInfo).port;
const as = ({ accessToken }: Person) => bearer(accessToken);
const steps = [{ operation: "count" }];
const alone = "is for members of a group alone.";

async function bind(kind: "root" | "host" | "dataset", target: string): Promise<void> {
  await groups.bind(group, kind, target);
  bound.push([kind, target]);
}

const submit = (who: Person, dataset: object): Promise<Answer> =>
  api.post("/v1/requests", { dataset, steps }, as(who));

async function submitted(who: Person, dataset: object): Promise<string> {
  const answer = await submit(who, dataset);
  expect(answer.status, answer.text).toBe(201);
  return String(answer.json().id);
}

async function taskOf(request: string): Promise<Task> {
  const [task] = await api.ledger.claim(1, { request });
  if (!task) throw new Error("There was no task.");
  return task;
}

/** What a worker reports that may read all that the service may. */
async function performed(task: Task) {
  const settings = {
    scratch: at("scratch"),
    inputFolders: { roots: [root], closed: [] },
    inputHosts: ["127.0.0.1", "127.0.0.2", "localhost"],
    inputMegabytes: 1,
    limits: { memoryMegabytes: 256, seconds: 30, outputMegabytes: 64, threads: 1 },
    facility: {},
  };
  const url = `http://127.0.0.1:${portOf(server)}/x`;
  const uploads = [{ name: "x", method: "PUT" as const, url }];
  const signal = AbortSignal.timeout(30_000);
  return perform(
    count,
    { ...task, uploads, settings: { end: "\n" } },
    signal,
    settings,
    silentLog(),
  );
}

/** What a worker reports of files of this person's, in their order: "read", or why not. */
async function readBy(who: Person, ...files: string[]): Promise<string[]> {
  const request = await submitted(who, { files });
  await api.ledger.published(request, files.length);
  const said = new Map<string, string>();
  for (const task of await api.ledger.claim(files.length, { request })) {
    const { status, error } = await performed(task);
    if (status !== "success") expect(error).toMatchObject({ class: "forbidden", here: false });
    said.set(task.replicas[0] ?? "", status === "success" ? "read" : `${error?.message}`);
  }
  return files.map((file) => said.get(file) ?? "not claimed");
}

const read = (files: readonly string[]) => files.map(() => "read");
const refused = (files: readonly string[]) => files.map(() => expect.stringContaining(alone));

describe("a root that is bound", () => {
  test("is not read for others by its path, by .., by a link or below one", async () => {
    const names = ["bound/a.csv", "open/../bound/a.csv", "open/link.csv", "open/folder/a.csv"];
    const paths = names.map((name) => `${root}/${name}`);
    const all = [...paths, ...paths.map((path) => `file://${path}`)];
    expect(await readBy(stranger, ...all)).toEqual(read(all));
    await bind("root", at("bound"));
    expect(await readBy(member, ...all)).toEqual(read(all));
    expect(await readBy(stranger, ...all)).toEqual(all.map((path) => `${path} ${alone}`));
    await groups.unbind(group, ...(bound.pop() ?? ["root", ""]));
    expect(await readBy(stranger, ...all)).toEqual(read(all));
  });

  test("has no files for others in a finder's list, neither do those who ask at once", async () => {
    await bind("root", at("bound"));
    const pathsOf = async (who: Person) => {
      const id = await submitted(who, { did: `dir://${root}` });
      const { dataset } = await until(async () => {
        const view = await api.ledger.read(id);
        return view.counters.total > 0 && view.state === "running" ? view : undefined;
      });
      const answer = await api.get(`/v1/datasets/${dataset.id}/files`, as(who));
      const { items } = answer.json() as { items: { paths: string[] }[] };
      return items.flatMap(({ paths }) => paths).sort();
    };
    const [all, few, again] = await Promise.all([member, stranger, member].map(pathsOf));
    // A folder is listed once, by whatever links
    const names = ["bound/a.csv", "open/b.csv", "open/link.csv"];
    expect(all).toEqual(names.map((name) => at(name)));
    expect(again).toEqual(all);
    expect(few).toEqual([at("open", "b.csv")]);
  });

  test.each(["bound", "bound/*.csv", "bound/none", "open/folder", "open/folder/none"])(
    "is refused to others who name dir://…/%s",
    async (path) => {
      await bind("root", at("bound"));
      const answer = await submit(stranger, { did: `dir://${root}/${path}` });
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(alone)]);
      const there = !path.endsWith("none");
      expect((await submit(member, { did: `dir://${root}/${path}` })).status).toBe(
        there ? 201 : 400,
      );
    },
  );

  test("is not read for others through the service, for a worker elsewhere", async () => {
    await bind("root", at("bound"));
    const readThrough = async (who: Person) => {
      const { task } = await taskOf(await submitted(who, { files: [at("open", "link.csv")] }));
      const token = await api.ledger.ctx.workTokens.issue({}, 60);
      return api.get(`/v1/work/tasks/${task}/replicas/0?worker=w`, bearer(token));
    };
    expect((await readThrough(member)).text).toBe("one\ntwo\n");
    const answer = await readThrough(stranger);
    expect([answer.status, answer.json().type]).toEqual([
      422,
      "urn:longshore:problem:input_forbidden",
    ]);
  });

  test("is not looked at for others in a dry run", async () => {
    await bind("root", at("bound"));
    const dryRun = (who: Person) => {
      const query = [{ operation: "transform", selection: "select * from input" }];
      const body = { dataset: { files: [at("open", "link.csv")] }, steps: query };
      return api.post("/v1/dry-runs", body, as(who));
    };
    expect((await dryRun(member)).text).toContain("two");
    const answer = await dryRun(stranger);
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining(alone)]);
    expect(answer.text).not.toContain("two");
  });

  test("goes to no worker that does not leave it alone, and nothing else of the person either", async () => {
    await bind("root", at("bound"));
    const request = await submitted(stranger, { files: [at("open", "b.csv")] });
    const token = await api.ledger.ctx.workTokens.issue({}, 60);
    const claim = async (more: object) => {
      const body = { worker: "w", operations: ["count"], request, ...more };
      const answer = await api.post("/v1/work/claim", body, bearer(token));
      return (answer.json() as { tasks: Task[] }).tasks;
    };
    await api.ledger.published(request, 1);
    expect(await claim({})).toEqual([]);
    const [task] = await claim({ leaves_barred: true });
    expect(task?.barred).toEqual({ folders: [at("bound")], hosts: [] });
  });

  test("is not read any more for somebody who has left the group, of files not yet claimed", async () => {
    await bind("root", at("bound"));
    const leaving = await addPerson(api.ledger.ctx);
    const another = await groups.group("Others", [leaving]);
    await groups.bind(another, "root", at("bound"));
    const files = ["bound/a.csv", "open/folder/a.csv"].map((name) => at(name));
    const request = await submitted(leaving, { files });
    const [claimed] = [await taskOf(request)];
    expect(claimed?.barred).toBeUndefined();
    await groups.leave(another, leaving);
    const { error } = await performed(await taskOf(request));
    expect(error?.message).toContain(alone);
    await groups.unbind(another, "root", at("bound"));
  });
});

describe("a host that is bound", () => {
  test("is not read for others by its address, by another name, or by redirects to them", async () => {
    const elsewhere = `http://127.0.0.2:${portOf(redirecting)}`;
    const all = [
      `http://127.0.0.1:${portOf(server)}/a.csv`,
      `http://localhost:${portOf(server)}/a.csv`,
      `${elsewhere}/a.csv`,
      `${elsewhere}/by-name.csv`,
    ];
    expect(await readBy(stranger, ...all)).toEqual(read(all));
    for (const target of ["127.0.0.1", `127.0.0.1:${portOf(server)}`, "localhost"]) {
      await bind("host", target);
      expect(await readBy(member, ...all), target).toEqual(read(all));
      expect(await readBy(stranger, ...all), target).toEqual(refused(all));
      await groups.unbind(group, ...(bound.pop() ?? ["host", ""]));
    }
  });

  test("is not listed for others by its index page", async () => {
    await bind("host", "127.0.0.1");
    const did = { did: `dir+http://127.0.0.1:${portOf(server)}/` };
    const answer = await submit(stranger, did);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(alone)]);
    expect((await submit(member, did)).status).toBe(201);
  });

  test("is read on its other ports", async () => {
    await bind("host", "127.0.0.1:1");
    const location = `http://127.0.0.1:${portOf(server)}/a.csv`;
    expect(await readBy(stranger, location)).toEqual(["read"]);
  });
});

describe("a remembered dataset that is bound", () => {
  /** A member's request, for which an outside finder has sent a file. */
  async function remembered(name: string): Promise<string> {
    const id = await submitted(member, { did: `outside://${name}` });
    const { dataset } = await until(async () => {
      const view = await api.ledger.read(id);
      return view.state === "lookup" ? view : undefined;
    });
    const send = (path: string, body: unknown) =>
      api.call({
        method: "PUT",
        path: `/servicex/internal/transformation/${dataset.id}/${path}`,
        headers: { "content-type": "application/json", ...as(groups.admin) },
        body: JSON.stringify(body),
      });
    await send("files", [{ paths: [at("open", "b.csv")] }, { paths: [at("open", "link.csv")] }]);
    expect((await send("complete", { files: 2 })).status).toBe(200);
    await until(async () => (await api.ledger.read(id)).state === "running");
    return id;
  }

  test.each([
    ["outside://first", "first"],
    ["outside://sec*", "second"],
  ])("as %s is refused to others, however many of its files they want", async (target, name) => {
    await remembered(name);
    await bind("dataset", target);
    for (const did of [`outside://${name}`, `outside://${name}?files=1`]) {
      const dryRun = [{ operation: "transform", selection: "select 1" }];
      for (const answer of [
        await submit(stranger, { did }),
        await api.post("/v1/dry-runs", { dataset: { did }, steps: dryRun }, as(stranger)),
      ])
        expect([answer.status, answer.text], did).toEqual([
          403,
          expect.stringContaining(`The dataset ${alone}`),
        ]);
    }
    expect((await submit(stranger, { did: "outside://another" })).status).toBe(201);
    expect((await submit(member, { did: `outside://${name}` })).status).toBe(201);
  });

  test("fails the files that are not claimed yet of somebody who has left the group", async () => {
    const leaving = await addPerson(api.ledger.ctx);
    const another = await groups.group("Leaving", [leaving]);
    await remembered("third");
    await groups.bind(another, "dataset", "outside://third");
    const request = await submitted(leaving, { did: "outside://third" });
    const before = await taskOf(request);
    expect(before.replicas).toHaveLength(1);
    await groups.leave(another, leaving);
    const after = await taskOf(request);
    expect(after.replicas).toEqual([]);
    expect((await performed(after)).error).toEqual({
      class: "forbidden",
      message: `The dataset ${alone}`,
    });
    await groups.unbind(another, "dataset", "outside://third");
  });

  test("is barred where an earlier step has put a file of it, too", async () => {
    await remembered("fourth");
    const request = await submitted(stranger, { did: "outside://fourth" });
    await api.ledger.published(request, 2);
    await api.ledger.ctx.db.query(
      "UPDATE request_files SET location = 'https://disk.example/x' WHERE request_id = $1",
      [request],
    );
    expect((await taskOf(request)).replicas).toEqual(["https://disk.example/x"]);
    await bind("dataset", "outside://fourth");
    const task = await taskOf(request);
    expect([task.replicas, task.barred?.dataset]).toEqual([[], `The dataset ${alone}`]);
  });
});

test("who is in several groups reads what is bound to any of them", async () => {
  const [first, second] = await Promise.all([addPerson(api.ledger.ctx), addPerson(api.ledger.ctx)]);
  const one = await groups.group("One", [first]);
  const two = await groups.group("Two", [first, second]);
  for (const id of [one, two]) await groups.bind(id, "root", at("bound"));
  await groups.bind(one, "root", at("open"));
  const both = [at("bound", "a.csv"), at("open", "b.csv")];
  expect(await readBy(first, ...both)).toEqual(read(both));
  expect(await readBy(second, ...both)).toEqual(["read", `${both[1]} ${alone}`]);
  for (const id of [one, two]) await groups.unbind(id, "root", at("bound"));
  await groups.unbind(one, "root", at("open"));
});

test("an outside service is not told where barred files are", async () => {
  await bind("root", at("bound"));
  const own = { operation: "wait" };
  const files = [at("open", "link.csv"), at("open", "b.csv")];
  for (const [who, told] of [
    [member, files],
    [stranger, [files[1]]],
  ] as const) {
    const answer = await api.post(
      "/v1/requests",
      { dataset: { files: [[...files]] }, steps: [own] },
      as(who),
    );
    expect(answer.status, answer.text).toBe(201);
    const request = String(answer.json().id);
    const task = await until(async () => {
      const [row] = await api.ledger.ctx.db.query<{ id: string }>(
        "SELECT task_id AS id FROM task_files WHERE request_id = $1",
        [request],
      );
      return row?.id;
    });
    const page = { state: "open", after: firstFile, limit: 10 } as const;
    const [file] = await listTaskFiles(api.ledger.ctx, local, task, page);
    expect(file?.replicas).toEqual(told);
  }
});

test("a container of others is not told where barred files are", async () => {
  await bind("root", at("bound"));
  const files = [at("open", "link.csv"), at("open", "b.csv")];
  const closed = files.slice(0, 1);
  for (const [who, replicas, told] of [
    [member, files, [files]],
    [stranger, files, [files.slice(1)]],
    [stranger, closed, []],
  ] as const) {
    const request = await submitted(who, { files: [[...replicas]] });
    const [task] = await api.ledger.claim(1, { request });
    const { file = 0, attempt = 0 } = task ?? {};
    await api.ledger.ctx.db.query(
      `INSERT INTO step_workloads
       VALUES ($1, 1, $2, 'image', 'python', 'run', 'parquet', 'volume', '{}')`,
      [request, randomUUID()],
    );
    const sent: TransformTask[] = [];
    // Where the broker would be
    const transformers = {
      publish: async <Task extends TransformTask>(_run: string, tasks: Task[]) => {
        sent.push(...tasks);
        return [];
      },
    } as unknown as TransformerQueues;
    await sendTasks({ ...api.ledger.ctx, transformers }, request, 1, [{ file, attempt }]);
    expect(sent.map(({ paths }) => paths)).toEqual(told);
    if (told.length > 0) continue;
    const [failed] = await api.ledger.ctx.db.query(
      "SELECT status, info FROM file_status WHERE request_id = $1 AND status = 'failure'",
      [request],
    );
    expect(failed?.info).toMatch(/^Every replica of this file is bound to a group/);
  }
});
