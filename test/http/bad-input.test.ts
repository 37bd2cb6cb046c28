import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../src/auth/caller.ts";
import { routes } from "../../src/http/routes/index.ts";
import { type Answer, type Api, openApi } from "../support/api.ts";

let api: Api;

beforeAll(async () => {
  // Calls about people are there with identity on alone.
  api = await openApi({ env: { ENABLE_AUTH: "true" }, authenticate: () => local });
});

afterAll(async () => {
  expect(await stored()).toEqual({ requests: 0, datasets: 0, files: 0, history: 0 });
  await api.close();
});

const nobody = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";
const json = { "content-type": "application/json" };
const paths = routes.map(({ method, path, ...rest }) => ({
  method: method.toUpperCase(),
  path: filled(path, nobody),
  template: path,
  ...rest,
}));
const withBody = paths.filter((route) => route.body !== undefined);
const withQuery = paths.filter((route) => route.query !== undefined);
const withId = paths.filter((route) => /\{(id|dataset)\}/.test(route.template));
/** a body that the route takes, so that only what a test changes is wrong */
const goodBodies: Record<string, Record<string, unknown>> = {
  "/v1/requests": { dataset: { files: ["/a"] }, steps: [{ operation: "noop" }] },
  "/v1/dry-runs": { dataset: { files: ["/a"] }, steps: [{ operation: "noop" }] },
  "/v1/work/claim": { worker: "w" },
  "/v1/work/heartbeat": { worker: "w", tasks: [] },
  "/v1/limits/users/{owner}": { share: 1 },
  "/v1/tokens": { name: "laptop", scopes: ["read"] },
  "/v1/groups": { name: "survey" },
  "/v1/bindings": { kind: "host", target: "data.example.org", group: nobody },
  "/v1/me": { name: "Ann", institution: "University of Examples" },
  "/v1/access-keys": { kind: "key", name: "telescope" },
  "/v1/tasks/claim": { agent: "a", operations: ["noop"] },
  "/v1/tasks/{task}/progress": { agent: "a", settled: [] },
  "/v1/work/reports": {
    worker: "w",
    reports: [{ request: nobody, file: 1, step: 1, attempt: 1, status: "success" }],
  },
};

function filled(template: string, id: string): string {
  return template
    .replace(/\{(id|dataset)\}/, id === nobody && template.includes("{dataset}") ? "9" : id)
    .replace("{file}", "1")
    .replace("{task}", nobody)
    .replace("{replica}", "0")
    .replace("{operation}", "noop")
    .replace("{facade}", "servicex")
    .replace("{owner}", "ann");
}

function isProblem(answer: Answer, status: number): void {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
  const problem = answer.json();
  expect(problem).toMatchObject({
    status,
    type: expect.stringMatching(/^urn:longshore:problem:/),
    instance: expect.any(String),
  });
  expect(String(problem.detail).length).toBeGreaterThan(10);
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|INSERT INTO|FROM requests|violates/);
}

describe.each(withBody)(
  "$method $template refuses as a body",
  ({ method, path, template, body: rule }) => {
    const good = () => goodBodies[template] ?? {};
    const send = (body: unknown) =>
      api.call({ method, path, headers: json, body: JSON.stringify(body) });

    test.each(["[]", "null", "3", '"text"', "true"])("%s", async (body) => {
      isProblem(await api.call({ method, path, headers: json, body }), 400);
    });

    test.each([
      ["nothing", ""],
      ["half a document", '{"worker": "w'],
      ["two documents", "{} {}"],
      ["a key without quotes", "{worker: 1}"],
    ])("%s", async (_, body) => {
      isProblem(await api.call({ method, path, headers: json, body }), 400);
    });

    test("bytes that are not UTF-8", async () => {
      isProblem(
        await api.call({
          method,
          path,
          headers: json,
          body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
        }),
        400,
      );
    });

    test("an unknown field, and says which are known", async () => {
      const answer = await send({ ...good(), wurker: 1 });
      isProblem(answer, 400);
      expect(answer.json().errors).toMatchObject([
        { pointer: "/wurker", detail: expect.stringMatching(/Did you mean|Known:/) },
      ]);
    });

    test.runIf(Object.keys(good()).length > 0)(
      "an empty object, and says what is missing",
      async () => {
        const answer = await send({});
        isProblem(answer, 400);
        expect(answer.text).toContain("is missing");
      },
    );

    test("fields of the wrong type", async () => {
      for (const key of Object.keys(good())) {
        for (const value of [null, -3.5, true, { a: 1 }, [[[]]]]) {
          const answer = await send({ ...good(), [key]: value });
          isProblem(answer, 400);
          expect(answer.text).toContain(`/${key}`);
        }
      }
    });

    test.each([
      ["no content type", {}],
      ["a form", { "content-type": "application/x-www-form-urlencoded" }],
      ["plain text", { "content-type": "text/plain" }],
      ["another charset", { "content-type": "application/json; charset=latin1" }],
      ["compressed", { ...json, "content-encoding": "gzip" }],
    ])("%s", async (_, headers) => {
      isProblem(await api.call({ method, path, headers, body: JSON.stringify(good()) }), 415);
    });

    test("JSON nested without end", async () => {
      const deep = 100_000;
      const body = `{"worker":${"[".repeat(deep)}${"]".repeat(deep)}}`;
      isProblem(await api.call({ method, path, headers: json, body }), 400);
    });

    test("more than its limit, and says the limit", async () => {
      const megabytes = rule?.limitMegabytes ?? 1;
      const answer = await api.call({
        method,
        path,
        headers: json,
        body: Buffer.alloc((megabytes + 1) * 1024 * 1024, " "),
      });
      isProblem(answer, 413);
      expect(answer.text).toContain(`${megabytes} MB`);
    });
  },
);

describe.each(withQuery)("$method $template refuses", ({ path, template }) => {
  test.each([
    "limit=0",
    "limit=-1",
    "limit=1.5",
    "limit=many",
    "limit=99999999999999999999",
    "limit=",
    "limit=10&limit=10",
    "nonsense=1",
    "=1",
    "limit=%",
    "limit=%ff",
    "limit=%00",
    "limit=10%00",
  ])("?%s", async (query) => {
    const answer = await api.get(`${path}?${query}`);
    isProblem(answer, 400);
  });

  test("a cursor that it did not give out", async () => {
    const name = template.endsWith("/results") ? "after" : "cursor";
    for (const cursor of ["x", "WyJ4Il0", "null", "%7B%7D", "a".repeat(2000)]) {
      const answer = await api.get(`${path}?${name}=${cursor}`);
      // of a request that does not exist either fault may be named
      expect([400, 404]).toContain(answer.status);
    }
  });
});

test("a list says which words its filter takes, and what was meant", async () => {
  const answer = await api.get("/v1/requests?state=runing");
  isProblem(answer, 400);
  expect(answer.json().errors).toMatchObject([
    { pointer: "state", detail: expect.stringContaining('Did you mean "running"?') },
  ]);
});

describe.each(withId)("$method $template knows no", ({ method, template, body }) => {
  const callFor = (id: string) =>
    api.call({ method, path: filled(template, id), ...(body && { headers: json, body: "{}" }) });

  test.each([
    ["another", nobody],
    ["word", "x"],
    ["number", "12345"],
    ["NUL", "%00"],
    ["ship", "%F0%9F%9A%A2"],
    ["way out", "..%2f..%2fetc"],
    ["endless one", "a".repeat(5000)],
    ["quote", `${nobody}'--`],
    ["zero", "00000000-0000-0000-0000-000000000000"],
  ])("%s", async (_, id) => {
    isProblem(await callFor(id), 404);
  });

  test.each(["%", "%zz", "%ff"])("%s, which is no text", async (id) => {
    isProblem(await callFor(id), 400);
  });
});

test.each([...new Set(paths.map((route) => route.path))])(
  "%s answers other methods with those it takes",
  async (path) => {
    const allowed = paths.filter((route) => route.path === path).map((route) => route.method);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter(
      (one) => !allowed.includes(one),
    )) {
      const answer = await api.call({ method, path });
      isProblem(answer, 405);
      for (const one of allowed) expect(answer.headers.allow).toContain(one);
    }
  },
);

test.each([
  "/v1",
  "/v1/nothing",
  "/v2/requests",
  "/v1/requests/x/y/z",
  "/../etc/passwd",
  "/v1//requests",
  "/%2e%2e/x",
])("%s is no page", async (path) => {
  isProblem(await api.get(path), 404);
});

describe("a request is refused", () => {
  const good = { dataset: { files: ["/a"] }, steps: [{ operation: "noop" }] };
  const transform = { operation: "transform", selection: "select 1 from input" };

  test.each<[string, unknown, string, RegExp?]>([
    ["title too long", { ...good, title: "x".repeat(501) }, "/title", /at most 500/],
    ["title with NUL", { ...good, title: "a\0b" }, "/title", /NUL/],
    ["title with half a pair", { ...good, title: "\ud800" }, "/title", /surrogate/],
    ["no dataset", { steps: good.steps }, "/dataset", /missing/],
    ["an unknown kind of dataset", { ...good, dataset: { fils: ["/a"] } }, "/dataset", /files/],
    [
      "two kinds of dataset",
      { ...good, dataset: { files: ["/a"], did: "dir:///a" } },
      "/dataset/did",
      /^"did" cannot be given with "files": give one of them\.$/,
    ],
    [
      "a path that is a number",
      { ...good, dataset: { files: ["/a", 3] } },
      "/dataset/files/1",
      /a text or a list/,
    ],
    ["an empty path", { ...good, dataset: { files: [""] } }, "/dataset/files/0", /at least 1/],
    [
      "a file without replicas",
      { ...good, dataset: { files: [[]] } },
      "/dataset/files/0",
      /at least 1/,
    ],
    ["a path with NUL", { ...good, dataset: { files: ["/a\0"] } }, "/dataset/files/0", /NUL/],
    [
      "a path that is endless",
      { ...good, dataset: { files: ["/".repeat(5000)] } },
      "/dataset/files/0",
      /at most 4096/,
    ],
    ["a did with NUL", { ...good, dataset: { did: "dir:///\0" } }, "/dataset/did", /NUL/],
    ["no steps", { ...good, steps: [] }, "/steps", /at least 1/],
    [
      "too many steps",
      { ...good, steps: Array(21).fill({ operation: "noop" }) },
      "/steps",
      /at most 20/,
    ],
    ["a step that is a text", { ...good, steps: ["noop"] }, "/steps/0", /an object/],
    ["a step without operation", { ...good, steps: [{}] }, "/steps/0/operation", /missing/],
    [
      "an unknown operation",
      { ...good, steps: [{ operation: "tranform" }] },
      "/steps/0/operation",
      /Did you mean "transform"/,
    ],
    [
      "an operation of the prototype",
      { ...good, steps: [{ operation: "__proto__" }] },
      "/steps/0/operation",
      /not offered/,
    ],
    [
      "an unknown setting",
      { ...good, steps: [{ ...transform, selektion: "x" }] },
      "/steps/0/selektion",
      /Did you mean "selection"/,
    ],
    [
      "a setting of noop",
      { ...good, steps: [{ operation: "noop", format: "csv" }] },
      "/steps/0/format",
    ],
    [
      "a missing setting",
      { ...good, steps: [{ operation: "transform" }] },
      "/steps/0/selection",
      /missing/,
    ],
    [
      "an unknown format",
      { ...good, steps: [{ ...transform, format: "parket" }] },
      "/steps/0/format",
      /Did you mean "parquet"/,
    ],
    [
      "a selection with NUL",
      { ...good, steps: [{ ...transform, selection: "select '\0'" }] },
      "/steps/0/selection",
      /NUL/,
    ],
    [
      "a fault in the second step",
      { ...good, steps: [transform, { ...transform, format: 7 }] },
      "/steps/1/format",
      /one of/,
    ],
    ["no time", { ...good, deadline_seconds: 0 }, "/deadline_seconds", /at least 1/],
    ["half a second", { ...good, deadline_seconds: 0.5 }, "/deadline_seconds", /whole number/],
    ["a time without end", { ...good, deadline_seconds: 1e300 }, "/deadline_seconds"],
    ["no workers", { ...good, workers: 0 }, "/workers", /at least 1/],
    ["workers as text", { ...good, workers: "4" }, "/workers", /a number/],
    ["no percent", { ...good, stop_after_failed_percent: 0 }, "/stop_after_failed_percent"],
    [
      "101 percent",
      { ...good, stop_after_failed_percent: 101 },
      "/stop_after_failed_percent",
      /at most 100/,
    ],
    ["a façade's field", { ...good, facade: {} }, "/facade", /not known/],
  ])("for %s", async (_, body, pointer, words = /./) => {
    const answer = await api.post("/v1/requests", body);
    isProblem(answer, 400);
    expect(answer.json().errors).toEqual(
      expect.arrayContaining([
        {
          pointer: expect.stringMatching(new RegExp(`^${pointer}`)),
          detail: expect.stringMatching(words),
        },
      ]),
    );
  });

  test("for SQL that cannot be parsed, with DuckDB's words", async () => {
    const answer = await api.post("/v1/requests", {
      ...good,
      steps: [{ ...transform, selection: "selec 1" }],
    });
    isProblem(answer, 422);
    expect(answer.json().errors).toMatchObject([
      { pointer: "/steps/0/selection", detail: expect.stringContaining("syntax error") },
    ]);
  });

  test("for two statements, or one that is no SELECT", async () => {
    for (const selection of [
      "select 1; select 2",
      "drop table input",
      "copy input to '/tmp/x'",
      "",
      "attach '/tmp/x'",
    ]) {
      const answer = await api.post("/v1/requests", {
        ...good,
        steps: [{ ...transform, selection }],
      });
      expect([400, 422]).toContain(answer.status);
      isProblem(answer, answer.status);
    }
  });

  test.each([
    ["that is empty", ""],
    ["that is too long", "x".repeat(256)],
    ["that is not ASCII", "\u00e9"],
    ["with a tabulator", "a\tb"],
  ])("for an idempotency key %s", async (_, key) => {
    isProblem(await api.post("/v1/requests", good, { "idempotency-key": key }), 400);
  });
});

test.each<[string, unknown]>([
  ["errors as text", { errors: "3f2a9c" }],
  ["no errors", { errors: [] }],
  ["errors that are numbers", { errors: [1] }],
  ["files as text", { files: ["1"] }],
  ["files before the first", { files: [0] }],
  ["more of a file than a number holds", { files: [1e300] }],
])("a redrive is refused for %s", async (_, body) => {
  isProblem(await api.post(`/v1/requests/${nobody}/redrive`, body), 400);
});

describe("the work API refuses", () => {
  test.each<[string, string, unknown]>([
    ["more tasks than a call may take", "/v1/work/claim", { worker: "w", max: 1001 }],
    ["no tasks", "/v1/work/claim", { worker: "w", max: 0 }],
    ["a wait without end", "/v1/work/claim", { worker: "w", wait_seconds: 31 }],
    ["a negative wait", "/v1/work/claim", { worker: "w", wait_seconds: -1 }],
    ["a request that is none", "/v1/work/claim", { worker: "w", request: "x" }],
    ["operations as text", "/v1/work/claim", { worker: "w", operations: "noop" }],
    ["no operations", "/v1/work/claim", { worker: "w", operations: [] }],
    ["a worker without a name", "/v1/work/claim", { worker: "" }],
    ["a name with a line in it", "/v1/work/claim", { worker: "a\nb" }],
    ["a name with NUL", "/v1/work/claim", { worker: "a\0b" }],
    ["tasks that are numbers", "/v1/work/heartbeat", { worker: "w", tasks: [1] }],
    ["a name with NUL at a heartbeat", "/v1/work/heartbeat", { worker: "\0", tasks: [] }],
    [
      "a name with NUL at a report",
      "/v1/work/reports",
      { worker: "\0", reports: goodBodies["/v1/work/reports"]?.reports },
    ],
    ["no reports", "/v1/work/reports", { worker: "w", reports: [] }],
    ["too many reports", "/v1/work/reports", { worker: "w", reports: Array(1001).fill({}) }],
    [
      "reports of which none can be read",
      "/v1/work/reports",
      { worker: "w", reports: [{}, 3, null] },
    ],
  ])("%s", async (_, path, body) => {
    isProblem(await api.post(path, body), 400);
  });

  test.each([
    ["claim_id", { repeated: true }],
    ["claim_id", { repeated: true, max: 0 }],
    ["max", { max: 0, claim_id: nobody }],
  ])("a claim that is no repeat, or the repeat of none: %s of %j", async (member, claim) => {
    const answer = await api.post("/v1/work/claim", { worker: "w", ...claim });
    isProblem(answer, 400);
    expect(answer.json().errors).toMatchObject([{ pointer: `/${member}` }]);
  });

  test("one report of several that cannot be read, and takes the others", async () => {
    const good = { request: nobody, file: 1, step: 1, attempt: 1, status: "success" };
    const reports = [
      good,
      { ...good, status: "done" },
      { ...good, request: "x" },
      { ...good, file: -1 },
      { ...good, extra: 1 },
      { ...good, at: "0000-01-01T00:00:00Z" },
    ];
    const answer = await api.post("/v1/work/reports", { worker: "w", reports });
    expect(answer.status).toBe(200);
    expect(answer.json().answers).toEqual([
      "unknown",
      expect.stringMatching(/^refused: .*start, retry, success, failure/),
      "unknown",
      "unknown",
      expect.stringMatching(/^refused: .*"extra" is not known/),
      expect.stringMatching(/^refused: /),
    ]);
  });

  test("tasks that it never gave out are given up", async () => {
    const tasks = ["x", `${nobody}.1.1.1`];
    const answer = await api.post("/v1/work/heartbeat", { worker: "w", tasks });
    expect(answer.json()).toEqual({ give_up: tasks });
  });
});

test("a call without a body may send an empty object and nothing else", async () => {
  const path = `/v1/requests/${nobody}/cancel`;
  isProblem(await api.post(path, {}), 404);
  isProblem(await api.post(path, { force: true }), 400);
});

async function stored(): Promise<Record<string, number>> {
  const [row] = await api.ledger.ctx.db.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM requests) AS requests,
            (SELECT count(*) FROM datasets) AS datasets,
            (SELECT count(*) FROM files) AS files,
            (SELECT count(*) FROM file_status) AS history`,
  );
  return row ?? {};
}
