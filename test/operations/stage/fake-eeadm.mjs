#!/usr/bin/env node
// A stand-in for `eeadm` of IBM Spectrum Archive, built from section 2 of the contract: states,
// recalls with tasks, error codes, eviction, slow mounts, partial failure, and ways to misbehave.
// EEADM_FAKE_STATE names a JSON file {files, tasks, settings}; `settings` has the variables of the
// contract without their prefix, so that a test can change them while the service runs.
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";

const stateFile = process.env.EEADM_FAKE_STATE ?? "";
const logFile = process.env.EEADM_FAKE_LOG;
const args = process.argv.slice(2);

function sleep(milliseconds) {
  if (milliseconds > 0) return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function readState() {
  const { files = {}, tasks = {}, settings = {} } = JSON.parse(readFileSync(stateFile, "utf8"));
  return { files, tasks, settings };
}

/** Changes the state under a lock; another process may do the same. */
function change(how) {
  const lock = `${stateFile}.lock`;
  const wait = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      Atomics.wait(wait, 0, 0, 2);
    }
  }
  try {
    const state = readState();
    const result = how(state);
    writeFileSync(`${stateFile}.part`, JSON.stringify(state));
    renameSync(`${stateFile}.part`, stateFile);
    return result;
  } finally {
    rmdirSync(lock);
  }
}

function setting(settings, name, other) {
  return settings[name] ?? process.env[`EEADM_FAKE_${name}`] ?? other;
}

function evict(file) {
  if (file.state === "P" && file.evictAt && file.evictAt <= Date.now()) file.state = "M";
  return file;
}

function tapesOf(file) {
  return file.state === "R" ? [] : (file.tapes ?? ["JD0001JD@POOL@lib1"]);
}

function fileState(paths) {
  const isShort = paths[0] === "-s";
  const { files, settings } = readState();
  if (setting(settings, "NOISE")) console.log("GLESL999W: The library answers slowly.");
  let exit = 0;
  for (const path of isShort ? paths.slice(1) : paths) {
    const file = files[path] && evict(files[path]);
    if (!file) {
      console.error(`GLESL148E: File ${path} does not exist.`);
      exit = 1;
      continue;
    }
    const first = tapesOf(file)[0]?.split("@")[2];
    const isOut = file.state === "M" && setting(settings, "OFFLINE", []).includes(first);
    const letter = setting(settings, "LETTER", isOut ? "offline" : file.state);
    const tapes = [...tapesOf(file), "-", "-", "-"].slice(0, 3);
    const copies = tapesOf(file).length;
    if (isShort) console.log(`${letter}  ${copies}  ${tapes.join("  ")}   -- ${path}`);
    else console.log(`Name: ${path}\nState: ${letter}\nReplicas: ${copies}\n`);
  }
  return exit;
}

function optionsOf(rest) {
  const options = { "-l": undefined, "-p": undefined };
  const names = [];
  for (let at = 0; at < rest.length; at++)
    if (rest[at] in options) options[rest[at]] = rest[++at];
    else names.push(rest[at]);
  const [list = "/dev/stdin"] = names.filter((name) => name !== "--resident");
  return { options, list, isResident: names.includes("--resident") };
}

async function recall(rest) {
  const { options, list, isResident } = optionsOf(rest);
  const lines = readFileSync(list, "utf8").split("\n").filter(Boolean);
  const paths = lines.map((line) => (line.includes(" -- ") ? line.split(" -- ")[1] : line));
  log(paths);
  const now = () => new Date().toISOString().slice(0, 19).replace("T", " ");
  console.log(`${now()} GLESL268I: ${paths.length} file name(s) have been provided to recall.`);
  const { number, results } = change(({ files, tasks, settings }) => {
    const id = String(Object.keys(tasks).length + 1001);
    const busy = new Set(Object.values(tasks).flatMap((task) => (task.running ? task.paths : [])));
    const isDown = setting(settings, "DOWN", []).includes(options["-l"]);
    const found = paths.map((path) => {
      if (isDown) return "GLESL159E";
      if (setting(settings, "DUPLICATE") || busy.has(path)) return "GLESM431E";
      return files[path] ? null : "GLESL148E";
    });
    const own = paths.filter((_, at) => found[at] === null);
    tasks[id] = { running: true, paths: own, library: options["-l"], pid: process.pid };
    return { number: id, results: found };
  });
  await move(paths, number, results, isResident);
  change(({ tasks }) => {
    const failures = Object.fromEntries(paths.map((path, at) => [path, results[at]]));
    tasks[number] = { ...tasks[number], running: false, failures };
  });
  const failed = results.filter((code) => code !== null).length;
  if (failed === 0) {
    console.log(`${now()} GLESL839I: All ${paths.length} file(s) has been successfully processed.`);
    return 0;
  }
  console.error(`${now()} GLESL840E: ${failed} file(s) failed; task ID is ${number}.`);
  return 1;
}

async function move(paths, number, results, isResident) {
  let mounted = "";
  for (const [at, path] of paths.entries()) {
    if (results[at] !== null) continue;
    const { settings, tasks, files } = readState();
    if (!tasks[number].running) results[at] = "GLESL402E";
    if (results[at] !== null) continue;
    const [tape = ""] = files[path].tapes ?? [];
    if (tape !== mounted) await sleep(Number(setting(settings, "MOUNT_MS", 0)));
    mounted = tape;
    await sleep(Number(setting(settings, "DELAY_MS", 0)));
    while (readState().settings.HELD?.includes(path)) await sleep(20);
    results[at] = change((state) => moveOne(state, path, isResident));
  }
}

function moveOne({ files, settings }, path, isResident) {
  const file = files[path];
  if (file.fail) {
    const code = file.fail;
    if (file.failTimes && --file.failTimes === 0) delete file.fail;
    return code;
  }
  const evictAfter = setting(settings, "EVICT_MS");
  file.state = isResident ? "R" : "P";
  if (evictAfter) file.evictAt = Date.now() + Number(evictAfter);
  return null;
}

function task([verb, ...rest]) {
  const number = rest.at(-1);
  if (verb === "list") return listTasks(rest.includes("-c"));
  const { tasks, settings } = readState();
  const known = settings.FORGETS ? undefined : tasks[number];
  if (!known) return console.error(`GLESL700E: Task ${number} is not known.`) ?? 1;
  if (verb === "cancel") {
    change(({ tasks }) => {
      tasks[number].running = false;
    });
    return 0;
  }
  console.log("Result    Failure Code  Failed time               Node -- File name");
  for (const [path, code] of Object.entries(known.failures ?? {}))
    console.log(
      code === null
        ? `Success   -             -                            - -- ${path}`
        : `Fail      ${code}     2023/11/08T02:38:44          1 -- ${path}`,
    );
  return 0;
}

function listTasks(withEnded) {
  for (const [id, { running }] of Object.entries(readState().tasks))
    if (running || withEnded) console.log(`recall  ${id}  ${running ? "running" : "completed"}`);
  return 0;
}

function log(list) {
  if (logFile) appendFileSync(logFile, `${JSON.stringify({ at: Date.now(), args, list })}\n`);
}

const { settings } = readState();
if (args[0] !== "recall") log();
await sleep(Number(setting(settings, "HANG_MS", 0)));
const exit = Number(setting(settings, "EXIT", 0));
if (exit !== 0) {
  console.error("GLESL001E: The service is not running.");
  process.exit(exit);
}
process.once("SIGTERM", () => {
  change(({ tasks }) => {
    for (const one of Object.values(tasks)) if (one.pid === process.pid) one.running = false;
  });
  process.exit(143);
});
const [noun, ...rest] = args;
if (noun === "file" && rest[0] === "state") process.exitCode = fileState(rest.slice(1));
else if (noun === "recall") process.exitCode = await recall(rest);
else if (noun === "task") process.exitCode = task(rest);
else {
  console.error("usage: eeadm file state | recall | task");
  process.exitCode = 2;
}
