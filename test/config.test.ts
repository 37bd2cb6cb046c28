import { mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { ConfigError, readConfig } from "../src/config.ts";
import { keptSecret } from "../src/secrets.ts";
import { slackWarning } from "../src/settings/notices.ts";
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
  ["S3_URL", "https://s3.example.org/results"],
  ["DATABASE_URL", "sqlite:////sqlite/app.db"],
  ["QUEUE_URL", "redis://127.0.0.1"],
  ["STORE_URL", "s3://key@127.0.0.1:9000"],
  ["STORE_URL", "s3://127.0.0.1:9000/?tsl=false"],
  ["STORE_URL", "file://elsewhere/data"],
  ["PUBLIC_URL", "longshore.example.org"],
  ["INTERNAL_URL", "ftp://127.0.0.1"],
  ["TLS_CERT", "cert.pem\0"],
  ["RUNNER", "docker"],
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
  ["SECRET_KEY", "jwt-secret-string"],
  ["LOG_LEVEL", "loud"],
  ["OIDC_ISSUER", "auth.globus.org"],
  ["OIDC_KIND", "google"],
  ["OIDC_CLIENT_ID", "two words"],
  ["OIDC_SCOPES", "profile email"],
  ["OIDC_EMAIL_CLAIM", "e mail"],
  ["JWT_SECRET_KEY", "jwt-secret-string"],
  ["JWT_SECRET_KEY", "short"],
  ["JWT_ADMIN", "root"],
  ["JWT_ACCESS_TOKEN_EXPIRES", "False"],
  ["JWT_ACCESS_TOKEN_EXPIRES", "0"],
  ["JWT_REFRESH_TOKEN_EXPIRES", "soon"],
  ["SESSION_HOURS", "1000"],
  ["TRUSTED_PROXIES", "10.0.0.0/40"],
  ["TRUSTED_PROXIES", "proxy.example.org"],
  ["SLACK_SIGNING_SECRET", "short"],
  ["SIGNUP_WEBHOOK_URL", "http://hooks.slack.com/services/T1/B1/hunter2"],
  ["SIGNUP_WEBHOOK_URL", "https://hooks.slack.com.example.org/services/T1/B1/hunter2"],
  ["SIGNUP_WEBHOOK_URL", "https://hooks.slack.com@127.0.0.1/services/T1/B1/hunter2"],
  ["SIGNUP_WEBHOOK_URL", "https://hooks.slack.com/services/T1/B1/hunter2?x=1"],
  ["SIGNUP_WEBHOOK_URL", "https://127.0.0.1/services/T1/B1/hunter2"],
  ["SLACK_APPROVERS", "ada"],
  ["SLACK_TEAM", "our team"],
  ["MAILGUN_API_KEY", "two words"],
  ["MAILGUN_DOMAIN", "https://mail.example.org"],
  ["MAILGUN_REGION", "asia"],
  ["DOCS_BASE_URL", "docs"],
])("%s=%s is refused with the name and what is allowed", (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
  expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} is .*allowed is `));
});

test("all senseless values are named at once, and no password is shown", () => {
  const wrong = {
    PORT: "x",
    DATABASE_URL: "mysql://longshore:hunter2@db/longshore",
    SECRET_KEY: "hunter2",
    SIGNUP_WEBHOOK_URL: "https://hooks.slack.com/services/hunter2",
  };
  expect(() => readConfig(wrong)).toThrow(/PORT.*DATABASE_URL.*SECRET_KEY.*SIGNUP_WEBHOOK_URL/s);
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
    MINIO_SECRET_KEY: "of-our-own",
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
      secretKey: "of-our-own",
    },
    didSchemes: ["rucio", "cernopendata"],
    defaultDidScheme: "rucio",
  });
});

test.each([
  ["DATABASE_URL", "postgresql://postgres:leftfoot1@db/servicex"],
  ["SQLALCHEMY_DATABASE_URI", "postgresql://postgres:leftfoot1@db/servicex"],
  ["RABBIT_MQ_URL", "amqp://user:leftfoot1@mq:5672/%2F"],
  ["TRANSFORMER_RABBIT_MQ_URL", "amqp://user:leftfoot1@mq:5672/%2F?heartbeat=9000"],
  ["RABBIT_MANAGEMENT_URL", "http://user:leftfoot1@mq:15672"],
  ["STORE_URL", "s3://miniouser:leftfoot1@minio:9000/?tls=false"],
])("%s with the password of ServiceX's chart is refused", (name, url) => {
  expect(() => readConfig({ [name]: url })).toThrow(
    /^[A-Z_]+ has the password leftfoot1, which everybody knows from ServiceX's chart/,
  );
});

test("MinIO's keys of ServiceX's chart are refused", () => {
  const env = { MINIO_URL: "minio:9000", MINIO_ACCESS_KEY: "miniouser" };
  expect(() => readConfig({ ...env, MINIO_SECRET_KEY: "leftfoot1" })).toThrow(
    /^STORE_URL has the password leftfoot1/,
  );
  expect(() => readConfig({ ...env, MINIO_SECRET_KEY: "leftfoot12" })).not.toThrow();
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

test("an address that others can reach needs somebody to say who may use it", () => {
  expect(() => readConfig({ HOST: "0.0.0.0" })).toThrow(
    /HOST is "0.0.0.0".*OIDC_CLIENT_ID.*ENABLE_AUTH=true.*ENABLE_AUTH=false.*ALLOW_ANYONE=true/,
  );
  const open = { HOST: "0.0.0.0", ENABLE_AUTH: "false" };
  expect(() => readConfig(open)).toThrow(/HOST is "0.0.0.0".*ALLOW_ANYONE=true/);
  expect(readConfig({ ...open, ALLOW_ANYONE: "true" })).toMatchObject({
    enableAuth: false,
    allowAnyone: true,
  });
  expect(readConfig({ HOST: "0.0.0.0", ENABLE_AUTH: "true" })).toMatchObject({
    enableAuth: true,
    identity: { accessSeconds: 3600, tokenSeconds: 31_536_000, trustedProxies: [] },
  });
  expect(readConfig(signIn)).toMatchObject({ enableAuth: true });
});

const signIn = {
  HOST: "0.0.0.0",
  PUBLIC_URL: "https://longshore.example.org",
  OIDC_CLIENT_ID: "our-id",
  OIDC_CLIENT_SECRET: "our-secret",
};

test("sign-in is at Globus Auth, or at any other provider that is named", () => {
  expect(readConfig(signIn).identity?.signIn).toEqual({
    issuer: "https://auth.globus.org",
    clientId: "our-id",
    clientSecret: "our-secret",
    kind: "globus",
    scopes: "openid profile email",
    claims: { name: "name", email: "email", institution: "organization" },
  });
  const other = { ...signIn, OIDC_ISSUER: "https://id.example.org/realm/" };
  expect(readConfig(other).identity?.signIn).toMatchObject({
    issuer: "https://id.example.org/realm",
    kind: "plain",
  });
  const { OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, ...rest } = signIn;
  const globus = { GLOBUS_CLIENT_ID: OIDC_CLIENT_ID, GLOBUS_CLIENT_SECRET: OIDC_CLIENT_SECRET };
  expect(readConfig({ ...rest, ...globus })).toEqual(readConfig(signIn));
  const both = () => readConfig({ ...signIn, GLOBUS_CLIENT_SECRET: "hunter2" });
  expect(both).toThrow(/OIDC_CLIENT_SECRET is not shown here and GLOBUS_CLIENT_SECRET is not/);
});

test("with identity off nothing of it is in the settings", () => {
  const off = readConfig({ OIDC_CLIENT_ID: "our-id", OIDC_CLIENT_SECRET: "our-secret" });
  expect(off).toMatchObject({ enableAuth: false });
  expect("identity" in off).toBe(false);
});

test.each([
  [{ ...signIn, OIDC_CLIENT_SECRET: "" }, /OIDC_CLIENT_ID is set and OIDC_CLIENT_SECRET is not/],
  [{ ...signIn, OIDC_CLIENT_ID: "", ENABLE_AUTH: "true" }, /OIDC_CLIENT_ID is not: set both/],
  [{ ...signIn, OIDC_ISSUER: "http://id.example.org" }, /OIDC_ISSUER is .*https:/],
  [{ ...signIn, PUBLIC_URL: "" }, /HOST is "0.0.0.0".*set PUBLIC_URL/],
  [{ ENABLE_AUTH: "true", ALLOW_ANYONE: "true" }, /ALLOW_ANYONE is true, and identity is on/],
  [{ ENABLE_AUTH: "true", VALID_DID_SCHEMES: "rucio" }, /VALID_DID_SCHEMES.*set INTERNAL_PORT/],
  [{ ENABLE_AUTH: "true", MAILGUN_API_KEY: "our-secret" }, /MAILGUN_DOMAIN is not: set both/],
  [{ ENABLE_AUTH: "false", SERVICEX_ANONYMOUS: "true" }, /SERVICEX_ANONYMOUS is true, and ident/],
  [{ OPS_URL: "https://ops.example.org" }, /OPS_URL is .*OPS_PORT is not set: set both/],
  [{ ...signIn, HOST: "0.0.0.0", OPS_PORT: "5002" }, /OPS_PORT is 5002.*set OPS_URL/],
  [{ ENABLE_AUTH: "true", MAILGUN_DOMAIN: "m.example.org" }, /MAILGUN_API_KEY is not: set both/],
])("settings of identity that contradict each other are refused: %j", (env, sentence) => {
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow(sentence);
  expect(() => readConfig(env)).not.toThrow(/our-secret/);
});

test.each([
  [{ PORT: "9000" }, /^PORT and S3_PORT are both 9000: each needs a port of its own/],
  [{ INTERNAL_PORT: "5000" }, /^PORT and INTERNAL_PORT are both 5000/],
  [{ INTERNAL_PORT: "5001", OPS_PORT: "5001" }, /^INTERNAL_PORT and OPS_PORT are both 5001/],
])("two ports that are the same are refused: %j", (env, sentence) => {
  expect(() => readConfig(env)).toThrow(ConfigError);
  expect(() => readConfig(env)).toThrow(sentence);
  const free = Object.fromEntries(Object.keys(env).map((name) => [name, "0"]));
  expect(readConfig(free).port).toBe("PORT" in env ? 0 : 5000);
});

test("a provider on loopback needs no TLS, and finders a port of their own", () => {
  const env = { ...signIn, OIDC_ISSUER: "http://127.0.0.1:9999", INTERNAL_PORT: "5001" };
  expect(readConfig({ ...env, VALID_DID_SCHEMES: "rucio" }).identity?.signIn?.issuer).toBe(
    "http://127.0.0.1:9999",
  );
});

test("API tokens without an end, and proxies by their ranges", () => {
  const { identity } = readConfig({
    ENABLE_AUTH: "True",
    JWT_REFRESH_TOKEN_EXPIRES: "False",
    JWT_SECRET_KEY: "a-new-key-0123456789,an-old-key-0123456789",
    TRUSTED_PROXIES: "loopback, 10.0.0.0/8,2001:db8::/32",
  });
  expect(identity).toMatchObject({
    tokenSeconds: undefined,
    tokenKeys: ["a-new-key-0123456789", "an-old-key-0123456789"],
    trustedProxies: ["loopback", "10.0.0.0/8", "2001:db8::/32"],
  });
});

const slack = {
  ENABLE_AUTH: "true",
  SIGNUP_WEBHOOK_URL: "https://hooks.slack.com/services/T1/B1/hunter2",
};

test("Slack and mail are set by themselves, and nothing is sent where they are not", () => {
  const { identity } = readConfig({
    ...slack,
    SLACK_SIGNING_SECRET: "0123456789abcdef",
    SLACK_APPROVERS: "U1, W2",
    SLACK_TEAM: "T1",
    MAILGUN_API_KEY: "a-key",
    MAILGUN_DOMAIN: "mail.example.org",
    MAILGUN_REGION: "eu",
    DOCS_BASE_URL: "https://docs.example.org/",
  });
  expect(identity?.slack).toEqual({
    signingSecret: "0123456789abcdef",
    webhook: slack.SIGNUP_WEBHOOK_URL,
    approvers: ["U1", "W2"],
    team: "T1",
  });
  expect(identity?.mail).toEqual({
    key: "a-key",
    domain: "mail.example.org",
    region: "eu",
    docsUrl: "https://docs.example.org",
  });
  // As a chart of ServiceX writes what is not set
  const empty = { SIGNUP_WEBHOOK_URL: "", MAILGUN_API_KEY: "", MAILGUN_DOMAIN: "" };
  const unset = readConfig({ ENABLE_AUTH: "true", ...empty }).identity;
  expect([unset?.slack, unset?.mail]).toEqual([undefined, undefined]);
});

test("a Slack at which nobody can approve is warned about", () => {
  const warning = (env: Record<string, string>) => slackWarning(readConfig(env).identity?.slack);
  const signed = { ...slack, SLACK_SIGNING_SECRET: "0123456789abcdef" };
  expect(warning({ ENABLE_AUTH: "true" })).toBeUndefined();
  expect(warning(slack)).toMatch(/SLACK_SIGNING_SECRET is not: .* without buttons/);
  expect(warning(signed)).toMatch(/^SLACK_APPROVERS is not set/);
  expect(warning({ ...signed, SLACK_APPROVERS: "U1" })).toBeUndefined();
});

test("defect 26: no secret has a default, and those of ServiceX's templates are refused", () => {
  for (const name of ["SECRET_KEY", "JWT_SECRET_KEY"])
    for (const known of ["some-secret-string", "jwt-secret-string"]) {
      const set = () => readConfig({ ENABLE_AUTH: "true", [name]: known });
      expect(set).toThrow(new RegExp(`^${name} is not usable: allowed is`));
      expect(set).not.toThrow(new RegExp(known));
    }
  const { secretKeys, identity } = readConfig({ ENABLE_AUTH: "true" });
  expect([secretKeys, identity?.tokenKeys]).toEqual([undefined, undefined]);
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

test.each([
  ["TLS_CERT is set and TLS_KEY is not", { TLS_CERT: "/c" }],
  ["TLS_KEY is set and TLS_CERT is not", { TLS_KEY: "/k", PUBLIC_URL: "https://a" }],
  ["PUBLIC_URL is not: set PUBLIC_URL to the https://", { TLS_CERT: "/c", TLS_KEY: "/k" }],
  ["PUBLIC_URL is .* allowed is", { TLS_CERT: "/c", TLS_KEY: "/k", PUBLIC_URL: "http://a" }],
  [
    "INTERNAL_URL is .* every port speaks TLS",
    { TLS_CERT: "/c", TLS_KEY: "/k", PUBLIC_URL: "https://a", INTERNAL_URL: "http://b" },
  ],
])("half of TLS is refused: %s", (sentence, env) => {
  expect(() => readConfig(env)).toThrow(new RegExp(sentence));
  expect(() => readConfig(env)).toThrow(ConfigError);
});
