// What is bound to a group is read for its members alone, whatever way somebody else tries.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { silentLog } from "../../src/log.ts";
import type { Task } from "../../src/operations/contract.ts";
import { perform } from "../../src/worker/perform.ts";
import { count } from "../operations/count.ts";
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
    operations: [count],
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
  const uploads = [{ name: "x", method: "PUT" as const, url: "http://127.0.0.1:1/x" }];
  const signal = AbortSignal.timeout(30_000);
  return perform(
    count,
    { ...task, uploads, settings: { end: "\n" } },
    signal,
    settings,
    silentLog(),
  );
}

/** What a worker reports of a file of this person's; an upload that fails has read its input. */
async function readBy(who: Person, path: string): Promise<string> {
  const { status, error } = await performed(await taskOf(await submitted(who, { files: [path] })));
  // Only what was read is uploaded
  if (error?.class === "store") return "read";
  expect(error).toMatchObject({ class: "forbidden", here: false });
  return `${status}: ${error?.message}`;
}

describe("a root that is bound", () => {
  test.each([
    ["by its path", "bound/a.csv"],
    ["by a path with ..", "open/../bound/a.csv"],
    ["by a link", "open/link.csv"],
    ["by a folder that is a link", "open/folder/a.csv"],
  ])("is not read for others %s", async (_name, path) => {
    await bind("root", at("bound"));
    const location = `${root}/${path}`;
    for (const spelled of [location, `file://${location}`]) {
      expect(await readBy(member, spelled)).toBe("read");
      expect(await readBy(stranger, spelled)).toBe(`failure: ${spelled} ${alone}`);
    }
  });

  test("is open to all before it is bound, and after", async () => {
    expect(await readBy(stranger, at("bound", "a.csv"))).toBe("read");
    await bind("root", at("bound"));
    expect(await readBy(stranger, at("bound", "a.csv"))).not.toBe("read");
    await groups.unbind(group, ...(bound.pop() ?? ["root", ""]));
    expect(await readBy(stranger, at("bound", "a.csv"))).toBe("read");
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

  test.each(["bound", "bound/*.csv", "open/folder"])(
    "is not there for others who name dir://…/%s",
    async (path) => {
      await bind("root", at("bound"));
      const refused = await submit(stranger, { did: `dir://${root}/${path}` });
      expect([refused.status, refused.text]).toEqual([
        400,
        expect.stringContaining("is not below a folder that inputs may be read from"),
      ]);
      expect((await submit(member, { did: `dir://${root}/${path}` })).status).toBe(201);
    },
  );

  test("is not read for others through the service, for a worker elsewhere", async () => {
    await bind("root", at("bound"));
    const read = async (who: Person) => {
      const { task } = await taskOf(await submitted(who, { files: [at("open", "link.csv")] }));
      const token = await api.ledger.ctx.workTokens.issue({}, 60);
      return api.get(`/v1/work/tasks/${task}/replicas/0?worker=w`, bearer(token));
    };
    expect((await read(member)).text).toBe("one\ntwo\n");
    const refused = await read(stranger);
    expect([refused.status, refused.json().type]).toEqual([
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
    const refused = await dryRun(stranger);
    expect([refused.status, refused.text]).toEqual([422, expect.stringContaining(alone)]);
    expect(refused.text).not.toContain("two");
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
  test.each([
    ["its address", () => `http://127.0.0.1:${portOf(server)}/a.csv`],
    ["another name of it", () => `http://localhost:${portOf(server)}/a.csv`],
    ["a redirect to it", () => `http://127.0.0.2:${portOf(redirecting)}/a.csv`],
    ["a redirect to another name", () => `http://127.0.0.2:${portOf(redirecting)}/by-name.csv`],
  ])("is not read for others by %s", async (_name, location) => {
    for (const target of ["127.0.0.1", `127.0.0.1:${portOf(server)}`, "localhost"]) {
      expect(await readBy(stranger, location()), target).toBe("read");
      await bind("host", target);
      expect(await readBy(member, location()), target).toBe("read");
      expect(await readBy(stranger, location()), target).toContain(alone);
      await groups.unbind(group, ...(bound.pop() ?? ["host", ""]));
    }
  });

  test("is not listed for others by its index page", async () => {
    await bind("host", "127.0.0.1");
    const did = { did: `dir+http://127.0.0.1:${portOf(server)}/` };
    const refused = await submit(stranger, did);
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining(alone)]);
    expect((await submit(member, did)).status).toBe(201);
  });

  test("is read on its other ports", async () => {
    await bind("host", "127.0.0.1:1");
    const location = `http://127.0.0.1:${portOf(server)}/a.csv`;
    expect(await readBy(stranger, location)).toBe("read");
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
      for (const refused of [
        await submit(stranger, { did }),
        await api.post("/v1/dry-runs", { dataset: { did }, steps: dryRun }, as(stranger)),
      ])
        expect([refused.status, refused.text], did).toEqual([
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
});
