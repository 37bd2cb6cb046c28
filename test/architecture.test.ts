// The tree's rules, read from the sources: doc/architecture.md says them in words.
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const src = join(root, "src");

interface Source {
  path: string;
  text: string;
  /** files of src that it imports, types left out: a type alone binds nothing at run time */
  imports: string[];
  /** the same with types */
  mentions: string[];
}

const sources: Source[] = globSync("**/*.{ts,tsx}", { cwd: src }).map((path) => {
  const text = readFileSync(join(src, path), "utf8");
  return {
    path,
    text,
    imports: importsOf(path, text, false),
    mentions: importsOf(path, text, true),
  };
});

/**
 * What a folder of src may import besides itself, the roots below and its own parts. Who is not
 * here may import anything but the rim.
 */
const pure = [
  "disk-problem.ts",
  "disk-room.ts",
  "system-problem.ts",
  "errors.ts",
  "version.ts",
  "log.ts",
  "live-process.ts",
  "did-you-mean.ts",
  "program.ts",
  "metrics.ts",
  "time.ts",
  "canonical-json.ts",
  "settings",
  "config.ts",
];
const rim = ["http", "s3", "facades", "web", "worker", "client", "mounts.ts", "main.ts", "run.ts"];

test("the domain does not know who listens: only the rim imports the rim", () => {
  const wrong = edges(
    (from, to) => !rim.includes(part(from)) && rim.includes(part(to)),
    (source) => source.imports,
  );
  expect(wrong).toEqual([]);
});

test("the client and the worker reach the service over HTTP, and the queue of reports alone", () => {
  const allowed = [
    ...pure,
    "client",
    "worker",
    "confined",
    "receipts",
    "operations",
    "agent",
    "inputs",
    "outside",
    "db",
    "run.ts",
    "main.ts",
    "audit",
    "data-folder.ts",
    "this-machine.ts",
    "folder-lock.ts",
    "local-token.ts",
    "secrets.ts",
    "storage",
  ];
  const pureFiles = [
    "addresses/shown.ts",
    "requests/state.ts",
    "queue/open.ts",
    "queue/messages.ts",
  ];
  expect(
    edges(
      (from, to) =>
        ["client", "worker"].includes(part(from)) &&
        !allowed.includes(part(to)) &&
        !pureFiles.includes(to),
      imported,
    ),
  ).toEqual([]);
});

test("an operation never imports another, nor anything of the domain", () => {
  const wrong = edges((from, to) => {
    const [folder, operation, ...rest] = from.split("/");
    if (folder !== "operations" || rest.length === 0) return false;
    const foreign =
      part(to) === "operations" &&
      !to.startsWith(`operations/${operation}/`) &&
      to !== "operations/contract.ts";
    return (
      foreign ||
      ["requests", "datasets", "users", "auth", "queue", "runner", "db"].includes(part(to))
    );
  }, imported);
  expect(wrong).toEqual([]);
});

test.each(["queue", "runner", "storage"])(
  "the adapters of %s are imported by its open.ts alone",
  (folder) => {
    const open = sources.find((source) => source.path === `${folder}/open.ts`);
    const adapters = (open?.imports ?? []).filter(
      (path) => dirname(path) === folder && !pureParts.includes(path),
    );
    const wrong = edges((from, to) => part(from) !== folder && adapters.includes(to), imported);
    expect(wrong).toEqual([]);
  },
);

/** Parts of adapters that hold no connection and may be used elsewhere. */
const pureParts = ["storage/signing.ts", "storage/names.ts"];

test("the rim reads a request through the use case that asks who may", () => {
  const wrong = edges(
    (from, to) => rim.includes(part(from)) && to === "requests/read/request-view.ts",
    (source) => source.mentions,
  );
  expect(wrong).toEqual([]);
});

test("only stores speak SQL to the ledger", () => {
  const speaks = /\b(SELECT\s.+\bFROM|INSERT INTO|UPDATE\s+\w+\s+(AS\s+\w+\s+)?SET|DELETE FROM)\b/s;
  const wrong = sources
    .filter(
      ({ path }) =>
        !isStore(path) &&
        !/^(db|queue|operations)\//.test(path) &&
        !statementBuilders.includes(path),
    )
    .filter(({ text }) => templates(text).some((literal) => speaks.test(literal)))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

/** Not a store of rows: it names the S3 endpoint that a client reads. */
function isStore(path: string): boolean {
  return /(^|\/|-)store\.ts$/.test(path) && path !== "facades/servicex/object-store.ts";
}

/** They write SQL for the stores, or for a user's DuckDB, and run none. */
const statementBuilders = [
  "requests/file-move.ts",
  "requests/go-back-move.ts",
  "requests/holders.ts",
  "requests/step-counters.ts",
  "s3/lines.ts",
];

test("a store is imported only from its own folder", () => {
  const foreign = edges(
    (from, to) => isStore(to) && !isWithin(from, dirname(to)),
    (source) => source.mentions,
  );
  expect(foreign).toEqual([]);
});

/** The folder, what is below it, and the file of the same name beside it. */
function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) || path === `${folder}.ts`;
}

test("http knows neither façade nor page: it is given what it serves", () => {
  const wrong = edges(
    (from, to) => part(from) === "http" && ["facades", "web"].includes(part(to)),
    (source) => source.mentions,
  );
  expect(wrong).toEqual([]);
});

test("a page changes something by the form alone that says for whose session it is", () => {
  expect(naming(/<form[^>]*method="post"/, ["web/post-form.tsx"])).toEqual([]);
});

test("only config.ts reads the environment", () => {
  expect(naming(/process\.env\b/, ["config.ts"])).toEqual([]);
});

test("a state is assigned by the guarded write of its machine alone", () => {
  const writers = sources
    .filter(({ text }) => templates(text).some(assignsState))
    .map(({ path }) => path);
  expect(writers.sort()).toEqual(stateWriters);
});

const stateWriters = [
  "datasets/move-store.ts",
  "requests/file-move.ts",
  "requests/finish/finish-store.ts",
  "requests/move-store.ts",
  "requests/reports/report-store.ts",
  "tasks/file-store.ts",
  "tasks/task-store.ts",
];

test.each([
  ["UPDATE requests SET state = $2 WHERE id = $1", true],
  ["UPDATE request_files f SET step = e.step, state = e.to_state FROM e", true],
  ["UPDATE requests SET\n  state = CASE WHEN $1 THEN 'failed' END", true],
  ["UPDATE requests SET facts = facts + 1 WHERE state = 'running'", false],
  ["UPDATE requests SET reason = $1 FROM d WHERE d.state = 'ready'", false],
  ["SELECT state FROM requests WHERE state = $1", false],
])("%j assigns a state: %s", (statement, assigns) => {
  expect(assignsState(statement)).toBe(assigns);
});

/** Whether a SET lists `state`, before what the statement reads. */
function assignsState(statement: string): boolean {
  const assignments = statement.matchAll(/\bSET\b((?:(?!\b(?:WHERE|FROM|RETURNING)\b).)*)/gs);
  return [...assignments].some(([, list]) => /(^|,)\s*state\s*=/.test(list ?? ""));
}

test("an account's state is assigned by its move alone, and people are read in stores alone", () => {
  const assigns = /\.users\s*\.update(Many)?(AndReturn)?\([^;]*?data:\s*\{[^}]*?\bstate:/s;
  const assigning = sources.filter(({ text }) => assigns.test(text)).map(({ path }) => path);
  expect(assigning).toEqual(["users/move-store.ts"]);
  const words = /\bPeople(Db|Tx)\b|\bdb\.[a-z_]+\.(find|create|update|upsert|delete|count)/;
  expect(naming(words, ["db/people.ts"]).filter((path) => !isStore(path))).toEqual([]);
});

test("people are read by SQL where decision 61 says why, and nowhere else", () => {
  const record = readFileSync(join(root, sqlOfPeople), "utf8");
  const people = sources.find(({ path }) => path === "db/people.ts");
  const tables = /const tables = \[([^\]]+)\]/.exec(people?.text ?? "")?.[1] ?? "";
  const names = [...tables.matchAll(/"(\w+)"/g)].map(([, name]) => name);
  expect(names).toContain("users");
  const speaks = new RegExp(`\\b(FROM|JOIN|INTO|UPDATE)\\s+(${names.join("|")})\\b`);
  // What ServiceX calls its users is in its own database.
  const speaking = naming(speaks, ["import/old-store.ts"]);
  expect(speaking.filter((path) => !record.includes(`\`${path}\``))).toEqual([]);
  const told = [...record.matchAll(/`([\w/-]+-store\.ts)`/g)].map(([, path]) => path);
  expect(told.sort()).toEqual(speaking.sort());
});

const sqlOfPeople = "doc/decisions/0061-sql-of-people-in-the-ledger.md";

test("what identity and pods need is loaded when it is asked for", () => {
  const late = [
    "#prisma-client",
    "@kubernetes/",
    "@prisma/",
    "@slack/",
    "mailgun.js",
    "openid-client",
    "passport",
  ];
  const early = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/^import\s+(?!type\b)(?:[^;"]*?from\s+)?"([^"]+)"/gm)]
      .filter(([, name = ""]) => late.some((start) => name.startsWith(start)))
      .map(([, name]) => `${path} → ${name}`),
  );
  expect(early).toEqual([]);
  expect(naming(/"#prisma-client"/, [])).toEqual(["db/people.ts"]);
});

test("contracts and tables of moves import nothing that runs", () => {
  const wrong = sources
    .filter(({ path }) => path.endsWith("/contract.ts") || path.endsWith("/state.ts"))
    .flatMap(({ path, imports }) =>
      imports
        .filter((to) => !["errors.ts", "moves.ts"].includes(to))
        .map((to) => `${path} → ${to}`),
    );
  expect(wrong).toEqual([]);
});

test.each([
  [300, ["src/**/*.{ts,tsx,js}", "doc/**/*.ts", "prisma/*.ts"]],
  [500, ["test/**/*.ts"]],
])("no file is longer than %i lines of %j", (most, patterns) => {
  const long = globSync(patterns, { cwd: root, ignore: generated })
    .map((path) => ({ path, lines: readFileSync(join(root, path), "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > most);
  expect(long).toEqual([]);
});

test("no line is longer than 100 characters", () => {
  const long = globSync(["src/**/*.{ts,tsx,js}", "test/**/*.ts"], { cwd: root, ignore: generated })
    .filter((path) => !mayBeLong.some((start) => path.startsWith(start)))
    .flatMap((path) =>
      readFileSync(join(root, path), "utf8")
        .split("\n")
        .flatMap((line, index) =>
          line.length > 100 && !isTitle(line) ? `${path}:${index + 1}` : [],
        ),
    );
  expect(long).toEqual([]);
});

/** Sentences that name a test are not broken. */
function isTitle(line: string): boolean {
  return /^\s*(test|describe)(\.\w+)*\(|^\]\)\(/.test(line);
}

/** What cannot be broken, or would read worse: regular expressions, commands, pages, addresses. */
const mayBeLong = [
  "src/client/cli/run-command.ts",
  "src/operations/transform/",
  "test/bench/",
  "test/datasets/finders.test.ts",
  "test/files/",
  "test/requests/reports-queue.test.ts",
];

/** Written by a program, for programs. */
const generated = ["src/client/api-types.ts"];

test("imports make no circle, those of types and import() counted", () => {
  const graph = new Map(sources.map(({ path, mentions }) => [path, mentions]));
  expect(circles(graph)).toEqual([]);
});

test("every folder of src is named in doc/architecture.md", () => {
  const page = readFileSync(join(root, "doc", "architecture.md"), "utf8");
  const tree = page.slice(page.indexOf("    src/"), page.indexOf("    prisma/"));
  // The first column of the tree: names, each a folder with a slash or a file.
  const named = tree.split("\n").flatMap((line) => line.trim().split(/ {2,}/)[0]?.split(" ") ?? []);
  const parts = [...new Set(sources.map(({ path }) => part(path)))];
  expect(parts.filter((name) => !named.includes(name.endsWith(".ts") ? name : `${name}/`))).toEqual(
    [],
  );
});

test.each(["doc/walks.md", "CONTRIBUTING.md"])(
  "the files and folders of src that %s names exist",
  (path) => {
    const page = readFileSync(join(root, path), "utf8");
    const known = sources.flatMap(({ path: file }) => [file, `${dirname(file)}/`]);
    const named = [...page.matchAll(/`(?:src\/)?((?:[\w-]+\/)*(?:[\w-]+\/|[\w-]+\.tsx?))`/g)];
    const outside = /^((doc|test|prisma)\/|src\/$)/;
    const names = named.map(([, name]) => name ?? "").filter((name) => !outside.test(name));
    expect(names.length).toBeGreaterThan(10);
    const ends = (name: string) => (file: string) => `/${file}`.endsWith(`/${name}`);
    expect(names.filter((name) => !known.some(ends(name)))).toEqual([]);
  },
);

test("each word of the glossary is there once, and the sources use it", () => {
  const page = readFileSync(join(root, "doc", "architecture.md"), "utf8");
  const table = page.slice(page.indexOf("## Words"), page.indexOf("## A file's way"));
  const words = [...table.matchAll(/^\| ([^|(]+?)(?: \([^|]*\))? +\|/gm)].map(
    ([, word]) => word ?? "",
  );
  const terms = words.filter((word) => word !== "word" && !word.startsWith("-"));
  expect(terms.length).toBeGreaterThan(30);
  expect(terms.filter((word, at) => terms.indexOf(word) !== at)).toEqual([]);
  const used = sources.map(({ text }) => text.toLowerCase()).join("\n");
  const asWritten = (word: string) => new RegExp(`\\b${word.toLowerCase().replace(" ", "[ -]?")}`);
  expect(terms.filter((word) => !asWritten(word).test(used))).toEqual([]);
});

function imported(source: Source): string[] {
  return source.imports;
}

function edges(
  wrong: (from: string, to: string) => boolean,
  of: (source: Source) => string[],
): string[] {
  return sources.flatMap((source) =>
    of(source).flatMap((to) => (wrong(source.path, to) ? [`${source.path} → ${to}`] : [])),
  );
}

function naming(pattern: RegExp, allowed: string[]): string[] {
  return sources
    .filter(({ path, text }) => !allowed.includes(path) && pattern.test(text))
    .map(({ path }) => path);
}

/** The folder of src, or the file where it has none. */
function part(path: string): string {
  return path.split("/")[0] ?? path;
}

function importsOf(path: string, text: string, types: boolean): string[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^;"]*?from\s+)?"(\.[^"]+)"/gm,
  );
  const late = types ? text.matchAll(/\bimport\((\s*)"(\.[^"]+)"/g) : [];
  return [...statements, ...late].flatMap(([, type, to]) =>
    type && !types ? [] : [relative(src, resolve(src, dirname(path), to ?? ""))],
  );
}

function templates(text: string): string[] {
  return [...text.matchAll(/`[^`]*`|"[^"\n]*"/g)].map(([literal]) => literal);
}

/** Each circle once, as a path that comes back to where it began. */
function circles(graph: Map<string, string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (trail.includes(path) || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
