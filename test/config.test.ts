import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { ConfigError, readConfig } from "../src/config.ts";
import { keptSecret } from "../src/secrets.ts";
import { wholeNumber } from "../src/settings/values.ts";
import { temporaryFolder } from "./support/folder.ts";

test("an empty environment is a service on loopback with everything embedded", () => {
  expect(readConfig({})).toMatchObject({
    host: "127.0.0.1",
    port: 5000,
    s3Port: 9000,
    dataDir: join(process.cwd(), ".longshore"),
    store: { kind: "folder", path: join(process.cwd(), ".longshore", "store") },
    runner: "local",
    leaseSeconds: 60,
    sweepSeconds: 5,
    fileAttempts: 3,
    inputFolders: {
      roots: [process.cwd()],
      closed: [join(process.cwd(), ".longshore"), join(process.cwd(), ".longshore", "store")],
    },
    roles: ["api", "scheduler", "worker"],
    enableAuth: false,
    allowAnyone: false,
  });
});

test("an empty variable is an unset one", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: " " })).toEqual(readConfig({}));
});

test.each([
  ["HOST", "http://localhost"],
  ["PORT", "70000"],
  ["PORT", "5e3"],
  ["INTERNAL_PORT", "-1"],
  ["S3_PORT", "1.5"],
  ["DATABASE_URL", "sqlite:////sqlite/app.db"],
  ["QUEUE_URL", "redis://127.0.0.1"],
  ["STORE_URL", "s3://key@127.0.0.1:9000"],
  ["STORE_URL", "s3://127.0.0.1:9000/?tsl=false"],
  ["STORE_URL", "file://elsewhere/data"],
  ["PUBLIC_URL", "longshore.example.org"],
  ["INTERNAL_URL", "ftp://127.0.0.1"],
  ["RUNNER", "docker"],
  ["RUNNER", "kubernetes"],
  ["OPERATIONS", "Transform!"],
  ["LEASE_SECONDS", "0"],
  ["SWEEP_SECONDS", "soon"],
  ["FILE_ATTEMPTS", "0"],
  ["RESULT_TTL_DAYS", "-1"],
  ["LOCAL_WORKERS", "many"],
  ["INPUT_ROOTS", "/no/such/folder"],
  ["INPUT_HOSTS", "data.example.org/files"],
  ["ROLES", "api,cook"],
  ["ENABLE_AUTH", "perhaps"],
  ["SECRET_KEY", "some-secret-string"],
  ["SECRET_KEY", "long-enough-0123456789,short"],
  ["LOG_LEVEL", "loud"],
])("%s=%s is refused with the name and what is allowed", (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} is .*allowed is `));
});

test("all senseless values are named at once, and no password is shown", () => {
  const wrong = {
    PORT: "x",
    DATABASE_URL: "mysql://longshore:hunter2@db/longshore",
    SECRET_KEY: "hunter2",
  };
  expect(() => readConfig(wrong)).toThrow(/PORT.*DATABASE_URL.*SECRET_KEY/s);
  expect(() => readConfig(wrong)).not.toThrow(/hunter2/);
});

test("an S3 store is read from its URL, with escaped signs in the secret", () => {
  const { store } = readConfig({ STORE_URL: "s3://key:a%2Fb@127.0.0.1:9000/?region=eu&tls=false" });
  expect(store).toEqual({
    kind: "s3",
    endpoint: "http://127.0.0.1:9000",
    region: "eu",
    accessKey: "key",
    secretKey: "a/b",
  });
});

test("ServiceX's own keys are aliases", () => {
  const config = readConfig({
    RABBIT_MQ_URL: "amqp://user:pw@mq:5672/%2F",
    SQLALCHEMY_DATABASE_URI: "postgresql+psycopg2://user:pw@db/servicex",
    ADVERTISED_HOSTNAME: "servicex-app:8000",
    MINIO_URL: "minio:9000",
    MINIO_ACCESS_KEY: "miniouser",
    MINIO_SECRET_KEY: "leftfoot1",
    MINIO_ENCRYPT: "False",
    VALID_DID_SCHEMES: "rucio,cernopendata",
    DID_FINDER_DEFAULT_SCHEME: "rucio",
    ENABLE_AUTH: "False",
  });
  expect(config).toMatchObject({
    queueUrl: "amqp://user:pw@mq:5672/%2F",
    databaseUrl: "postgresql://user:pw@db/servicex",
    internalUrl: "http://servicex-app:8000",
    store: {
      kind: "s3",
      endpoint: "http://minio:9000",
      accessKey: "miniouser",
      secretKey: "leftfoot1",
    },
    didSchemes: ["rucio", "cernopendata"],
    defaultDidScheme: "rucio",
  });
});

test("an alias that says something else than our own name is refused", () => {
  const env = { QUEUE_URL: "amqp://one", RABBIT_MQ_URL: "amqp://two" };
  expect(() => readConfig(env)).toThrow(
    /QUEUE_URL is "amqp:\/\/one" and RABBIT_MQ_URL is "amqp:\/\/two"/,
  );
  expect(readConfig({ ...env, RABBIT_MQ_URL: "amqp://one" }).queueUrl).toBe("amqp://one");
});

test("a default scheme that is not among the valid ones is refused", () => {
  expect(() =>
    readConfig({ DID_FINDER_DEFAULT_SCHEME: "xrootd", VALID_DID_SCHEMES: "rucio" }),
  ).toThrow(/^DID_FINDER_DEFAULT_SCHEME is "xrootd"/);
});

test("an address that others can reach is refused while there is no sign-in, unless ALLOW_ANYONE is set", () => {
  expect(() => readConfig({ HOST: "0.0.0.0" })).toThrow(/HOST is "0.0.0.0".*sign-in/);
  expect(() => readConfig({ ENABLE_AUTH: "true" })).toThrow(/ENABLE_AUTH is true.*sign-in/);
  const open = { HOST: "0.0.0.0", ENABLE_AUTH: "false" };
  expect(() => readConfig(open)).toThrow(/HOST is "0.0.0.0".*ALLOW_ANYONE=true/);
  expect(readConfig({ ...open, ALLOW_ANYONE: "true" })).toMatchObject({
    enableAuth: false,
    allowAnyone: true,
  });
});

test("a secret is made once and is for its owner alone", () => {
  const folder = temporaryFolder("secrets");
  const first = keptSecret(folder, "signing-key");
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(keptSecret(folder, "signing-key")).toBe(first);
  expect(statSync(join(folder, "secrets", "signing-key")).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});

test("several input roots are read, each as an absolute path", () => {
  const folder = temporaryFolder("roots");
  mkdirSync(join(folder, "data"));
  expect(
    readConfig({ INPUT_ROOTS: `${folder}:${folder}/../${folder.split("/").at(-1)}/data` })
      .inputFolders.roots,
  ).toEqual([folder, join(folder, "data")]);
  rmSync(folder, { recursive: true });
});

test("an operation's own variables are read beside ours, and refused with what is allowed", () => {
  const tape = { name: "tape", facility: z.object({ TAPE_LIMIT: wholeNumber(1, 9).default(3) }) };
  expect(readConfig({}, [tape]).facility).toEqual({ tape: { TAPE_LIMIT: 3 } });
  expect(readConfig({ TAPE_LIMIT: "7" }, [tape]).facility).toEqual({ tape: { TAPE_LIMIT: 7 } });
  expect(() => readConfig({ TAPE_LIMIT: "ten" }, [tape])).toThrow(
    'TAPE_LIMIT is "ten": allowed is a whole number from 1 to 9.',
  );
});

test("a variable of two operations is refused, and one that is ours; a secret is not shown", () => {
  const facility = z.object({ TAPE_TOKEN: wholeNumber(1, 9) });
  const [tape, disk] = [
    { name: "tape", facility },
    { name: "disk", facility },
  ];
  expect(() => readConfig({ TAPE_TOKEN: "1" }, [tape, disk])).toThrow(
    "Operation disk declares TAPE_TOKEN, which belongs to operation tape",
  );
  const ours = { name: "ours", facility: z.object({ PORT: wholeNumber(1, 9) }) };
  expect(() => readConfig({}, [ours])).toThrow(/PORT, which belongs to the service itself/);
  expect(() => readConfig({ TAPE_TOKEN: "hunter2" }, [tape])).toThrow(/TAPE_TOKEN is not usable/);
  expect(() => readConfig({}, [tape])).toThrow(/TAPE_TOKEN is not set/);
});
