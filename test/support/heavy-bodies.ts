// Bodies that are as expensive to read as their senders could make them.
export interface HeavyBody {
  name: string;
  method: "POST" | "PUT";
  path: string;
  type?: string;
  /** a body that people send: it must be taken */
  isGood?: boolean;
  body(): string | Buffer;
}

const megabyte = 1024 * 1024;
const request = "7f1e8e0c-6a0e-4a0b-9d7e-3a8f1f5f2c11";
const steps = JSON.stringify([{ operation: "noop" }]);
const json = "application/json";
const submit = { method: "POST", path: "/v1/requests", type: json } as const;
const reports = { method: "POST", path: "/v1/work/reports", type: json } as const;
const found = {
  method: "PUT",
  path: "/servicex/internal/transformation/1/files",
  type: json,
} as const;
const form = "application/x-www-form-urlencoded";

/** A little less than the limit: what is longer is refused by its length alone. */
const largest = 64 * megabyte - 200;

export const heavyBodies: HeavyBody[] = [
  { ...submit, name: "219,029 files", isGood: true, body: () => submitOf(files(219_029)) },
  {
    ...submit,
    name: "5,000 files with three long replicas",
    isGood: true,
    body: () => submitOf(Array.from({ length: 5_000 }, (_, n) => longReplicas(n)).join()),
  },
  {
    ...submit,
    name: "64 MB of files of a wrong type",
    body: () => submitOf(fill("1", largest / 2 - 100)),
  },
  { ...submit, name: "64 MB of empty lists", body: () => submitOf(fill("[]", largest / 3 - 100)) },
  { ...submit, name: "64 MB of openers", body: () => "[".repeat(largest) },
  { ...submit, name: "64 MB of unknown keys", body: () => `{${junkKeys(largest)}}` },
  { ...submit, name: "64 MB in one path", body: () => submitOf(`"${"a".repeat(largest - 200)}"`) },
  {
    ...submit,
    name: "64 MB of escapes",
    body: () => submitOf(`"${"\\u0061".repeat(largest / 6 - 100)}"`),
  },
  {
    ...submit,
    name: "10,000 steps of unknown keys",
    body: () =>
      `{"dataset":{"files":["a"]},"steps":[${fill('{"operation":"noop","x":1}', 10_000)}]}`,
  },
  {
    method: "POST",
    path: "/servicex/transformation",
    type: json,
    name: "219,029 files (ServiceX)",
    isGood: true,
    body: () =>
      `{"file-list":[${files(219_029)}],"result-destination":"object-store","codegen":"noop"}`,
  },
  {
    ...found,
    name: "64 MB of found files of a wrong type",
    body: () => `[${fill("{}", largest / 3)}]`,
  },
  { ...reports, name: "16 MB of wrong reports", body: () => reportsOf(fill("{}", 999)) },
  {
    ...reports,
    name: "messages of a-a-a",
    body: () => reportsOf(Array.from({ length: 1000 }, () => failure("a-".repeat(8000))).join()),
  },
  {
    ...reports,
    name: "messages of quotes",
    body: () => reportsOf(Array.from({ length: 1000 }, () => failure('\\"'.repeat(8000))).join()),
  },
  {
    ...reports,
    name: "a report of unknown keys",
    body: () => reportsOf(`{${junkKeys(15 * megabyte)}}`),
  },
  {
    ...reports,
    name: "a report with a table of a million columns",
    body: () =>
      reportsOf(
        `{"request":"${request}","file":1,"step":1,"attempt":1,"status":"success","results":[` +
          `{"name":"a","size":1,"read_as":{${junkKeys(15 * megabyte)}}}]}`,
      ),
  },
  {
    ...reports,
    name: "15 reports with a trace of 1 MB",
    body: () => reportsOf(Array.from({ length: 15 }, () => failure("a/".repeat(490_000))).join()),
  },
  {
    ...reports,
    name: "16 MB of details of results",
    body: () => reportsOf(Array.from({ length: 1000 }, () => success(1_500)).join()),
  },
  {
    method: "POST",
    path: `/v1/tasks/${request}/progress`,
    type: json,
    name: "16 MB of outcomes of a wrong type",
    body: () => `{"agent":"a","settled":[${fill("{}", (16 * megabyte) / 3 - 100)}]}`,
  },
  {
    method: "POST",
    path: `/v1/tasks/${request}/progress`,
    type: json,
    name: "10,000 outcomes",
    body: () => {
      const outcome = `{"request":"${request}","file":1,"status":"aborted"}`;
      return `{"agent":"a","settled":[${fill(outcome, 10_000)}]}`;
    },
  },
  {
    method: "POST",
    path: "/v1/callbacks/noop",
    type: json,
    name: "1 MB for an outside service",
    body: () => "[".repeat(megabyte - 100),
  },
  {
    method: "POST",
    path: "/v1/work/heartbeat",
    type: json,
    name: "10,000 tasks",
    body: () => `{"worker":"w","tasks":[${fill(`"${request}.1.1.1"`, 10_000)}]}`,
  },
  {
    method: "POST",
    path: "/v1/work/heartbeat",
    type: json,
    name: "4 MB of tasks of a wrong type",
    body: () => `{"worker":"w","tasks":[${fill("1", 2 * megabyte - 100)}]}`,
  },
  {
    method: "POST",
    path: "/v1/work/claim",
    type: json,
    name: "1 MB of unknown keys",
    body: () => `{${junkKeys(megabyte - 100)}}`,
  },
  {
    method: "POST",
    path: `/v1/requests/${request}/redrive`,
    type: json,
    name: "4 MB of errors of a wrong type",
    body: () => `{"errors":[${fill("1", 2 * megabyte - 100)}]}`,
  },
  {
    ...found,
    name: "64 MB of found files",
    isGood: true,
    body: () => `[${fill(`{"paths":["/a"],"file_size":1}`, 1_000_000)}]`,
  },
  {
    ...found,
    type: form,
    name: "a form of one path of 4 MB",
    body: () => `paths=${"%2F".repeat((4 * megabyte) / 3 - 100)}`,
  },
  {
    method: "PUT",
    path: `/servicex/internal/transformation/${request}/file-complete`,
    type: json,
    name: "a report of 4 MB of unknown keys (ServiceX)",
    body: () => `{${junkKeys(4 * megabyte)}}`,
  },
  {
    method: "POST",
    path: `/servicex/internal/transformation/${request}/status`,
    type: json,
    name: "1 MB of a finder's words",
    body: () => `{"source":"a","info":"${"a-".repeat(megabyte / 2 - 100)}"}`,
  },
  {
    method: "PUT",
    path: "/servicex/internal/transformation/1/complete",
    type: form,
    name: "a form of 1 MB of fields",
    body: () => fill("a", megabyte / 2 - 10, "&"),
  },
];

function submitOf(list: string): string {
  return `{"dataset":{"files":[${list}]},"steps":${steps}}`;
}

function reportsOf(list: string): string {
  return `{"worker":"w","reports":[${list}]}`;
}

/** With so many details of a result. */
function success(details: number): string {
  return (
    `{"request":"${request}","file":1,"step":1,"attempt":1,"status":"success",` +
    `"results":[{"name":"a","size":1,"details":{${junkKeys(details * 10)}}}]}`
  );
}

function failure(message: string): string {
  return (
    `{"request":"${request}","file":1,"step":1,"attempt":1,"status":"failure",` +
    `"error":{"class":"a","message":"${message}"}}`
  );
}

function files(count: number): string {
  const path = (n: number) => `"root://eospublic.cern.ch//eos/opendata/atlas/DAOD/${n}.root"`;
  return Array.from({ length: count }, (_, n) => path(n)).join();
}

function longReplicas(n: number): string {
  const path = (site: string) => `"root://${site}.example//${"d".repeat(4_000)}/${n}.root"`;
  return `[${["one", "two", "three"].map(path).join()}]`;
}

function fill(element: string, count: number, separator = ","): string {
  return `${(element + separator).repeat(Math.floor(count) - 1)}${element}`;
}

function junkKeys(bytes: number): string {
  const keys: string[] = [];
  for (let size = 0; size < bytes - 20; ) {
    const key = `"k${keys.length.toString(36)}":1`;
    keys.push(key);
    size += key.length + 1;
  }
  return keys.join();
}
