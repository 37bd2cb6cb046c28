import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";
import { readAppConfig } from "../../src/settings/app-config-file.ts";
import { wholeLiteral } from "../../src/settings/python-literal.ts";

const folder = mkdtempSync(join(tmpdir(), "app-conf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As ServiceX's chart renders it, shortened. */
const chart = `# From the chart
INSTANCE_NAME = 'servicex'
CHART = "servicex-1.5.2"

#SECRET_KEY='some-secret-string'
SECRET_KEY = 'a-key-of-our-own-0123456789'  # of the secret
JWT_ACCESS_TOKEN_EXPIRES=21600
JWT_REFRESH_TOKEN_EXPIRES = False
ENABLE_AUTH = False
SQLALCHEMY_DATABASE_URI = 'postgresql://servicex:of-our-own@db:5432/servicex'
SQLALCHEMY_TRACK_MODIFICATIONS = False
RABBIT_MQ_URL = 'amqp://user:of-our-own@mq:5672/%2F'
ADVERTISED_HOSTNAME = 'servicex-app:8000'
TRANSFORMER_X509_SECRET = None
TRANSFORMER_CACHE_PREFIX =
TRANSFORMER_CPU_LIMIT = 1.5
DID_FINDER_DEFAULT_SCHEME = 'rucio'
VALID_DID_SCHEMES = [
    'rucio', "xrootd",   # what runs here
    'cernopendata',
]
DID_FINDER_DEFAULT_SCHEME = 'xrootd'
`;

/** Every secret that a service may be given, with what makes it count. */
const ofEnvironment = {
  ENABLE_AUTH: "true",
  SECRET_KEY: "the-key-of-the-environment",
  JWT_SECRET_KEY: "the-token-key-of-the-environment",
  SERVICEX_JWT_SECRET_KEY: "the-imported-key-of-the-environment",
  DATABASE_URL: "postgresql://longshore:of-the-environment@db:5432/longshore",
  QUEUE_URL: "amqp://longshore:of-the-environment@mq:5672/%2F",
  MINIO_URL: "minio:9000",
  MINIO_ACCESS_KEY: "miniouser",
  MINIO_SECRET_KEY: "of-the-environment",
  OIDC_CLIENT_ID: "our-id",
  OIDC_CLIENT_SECRET: "the-client-secret-of-the-environment",
  SLACK_SIGNING_SECRET: "of-the-environment-0123",
  SIGNUP_WEBHOOK_URL: "https://hooks.slack.com/services/T1/B1/of-the-environment",
  MAILGUN_API_KEY: "the-mail-key-of-the-environment",
  MAILGUN_DOMAIN: "mail.example.org",
};
/** The store's are read from the environment alone. */
const inFile = Object.entries(ofEnvironment).filter(([name]) => !/^(ENABLE|MINIO)_/.test(name));
const others = Object.fromEntries(
  inFile.map(([name, text]) => [name, text.replace("of-the-environment", "of-the-file-01")]),
);

function settingsText(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, text]) => `${name} = '${text}'\n`)
    .join("");
}

function blank(literal: string): string {
  return inFile.map(([name]) => `${name} = ${literal}\n`).join("");
}

function configOf(text: string, env: Record<string, string> = {}) {
  const path = join(folder, "app.conf");
  writeFileSync(path, text);
  return readConfig({ APP_CONFIG_FILE: path, ...env });
}

describe("APP_CONFIG_FILE", () => {
  test("is read as ServiceX's chart writes it; of a name that is there twice the last counts", () => {
    expect(configOf(chart)).toMatchObject({
      secretKeys: ["a-key-of-our-own-0123456789"],
      databaseUrl: "postgresql://servicex:of-our-own@db:5432/servicex",
      queueUrl: "amqp://user:of-our-own@mq:5672/%2F",
      internalUrl: "http://servicex-app:8000",
      didSchemes: ["rucio", "xrootd", "cernopendata"],
      defaultDidScheme: "xrootd",
      enableAuth: false,
    });
  });

  test("is below the environment, which also has the last word under a setting's other name", () => {
    const env = { QUEUE_URL: "amqp://ours", SQLALCHEMY_DATABASE_URI: "postgresql://other/db" };
    expect(configOf(chart, env)).toMatchObject({
      queueUrl: "amqp://ours",
      databaseUrl: "postgresql://other/db",
      didSchemes: ["rucio", "xrootd", "cernopendata"],
    });
    expect(configOf(chart, { QUEUE_URL: "" }).queueUrl).toBe("amqp://user:of-our-own@mq:5672/%2F");
  });

  test("takes the secrets of a store from the environment alone", () => {
    const env = { MINIO_ACCESS_KEY: "miniouser", MINIO_SECRET_KEY: "of-our-own" };
    expect(configOf("MINIO_URL = 'minio:9000'\nMINIO_ENCRYPT = False\n", env).store).toMatchObject({
      endpoint: "http://minio:9000",
      secretKey: "of-our-own",
    });
  });

  describe.each([
    ["that does not have them", ""],
    ["in which they are empty", blank("''")],
    ["in which a chart has rendered nothing", blank("")],
    ["in which they are None", blank("None")],
    ["in which they are others", `${settingsText(others)}SLACK_TEAM = 'T1'\n`],
    [
      "in which some are others",
      "SIGNUP_WEBHOOK_URL = ''\nSLACK_SIGNING_SECRET = 'of-the-file-01234567'",
    ],
  ])("below the environment, a file %s", (_what, text) => {
    test("defect 38: leaves its secrets alone: all of them count", () => {
      const { identity, ...config } = configOf(`ENABLE_AUTH = False\n${text}`, ofEnvironment);
      expect(config).toMatchObject({
        secretKeys: [ofEnvironment.SECRET_KEY],
        databaseUrl: ofEnvironment.DATABASE_URL,
        queueUrl: ofEnvironment.QUEUE_URL,
        store: { secretKey: ofEnvironment.MINIO_SECRET_KEY },
      });
      expect(identity).toMatchObject({
        tokenKeys: [ofEnvironment.JWT_SECRET_KEY],
        importedTokenKey: ofEnvironment.SERVICEX_JWT_SECRET_KEY,
        signIn: { clientSecret: ofEnvironment.OIDC_CLIENT_SECRET },
        slack: {
          signingSecret: ofEnvironment.SLACK_SIGNING_SECRET,
          webhook: ofEnvironment.SIGNUP_WEBHOOK_URL,
        },
        mail: { key: ofEnvironment.MAILGUN_API_KEY },
      });
    });
  });

  test("names the line of a senseless value, and shows no secret", () => {
    expect(() => configOf("\n\nPORT = 'x'\n")).toThrow(
      new RegExp(`^PORT \\(line 3 of ${folder}/app.conf\\) is "x": allowed is a whole number`),
    );
    const secret = () => configOf("SECRET_KEY = 'some-secret-string'");
    expect(secret).toThrow(/^SECRET_KEY \(line 1 of .*\) is not usable/);
    expect(secret).not.toThrow(/some-secret-string/);
  });

  test.each([
    ["import os", 1, "a name and an equals sign"],
    ["A = 1\nB = os.environ['X']", 2, "text in quotes, a number"],
    ["A = 'hunter2", 1, "' at the end of the text"],
    ["A = [1, 2\nB = 3", 2, "a comma or ]"],
    ["A = {'x' 1}", 1, "a colon"],
    ["A = {1: 2}", 1, "text as the key of a dict"],
    ["A = 1 + 1", 1, "the end of the line after the value"],
    ["A = 'x' if B else 'y'", 1, "the end of the line after the value"],
    ["A = true_or_not", 1, "text in quotes"],
    ["A == 1", 1, "a name and an equals sign"],
    [`A = ${"[".repeat(100)}`, 1, "fewer brackets"],
  ])("refuses %j by its line %d: %s", (text, line, expected) => {
    const read = () => configOf(text);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(`line ${line} of ${folder}/app.conf`);
    expect(read).toThrow(expected);
    expect(read).not.toThrow(/hunter2/);
  });

  test("that cannot be read ends the start", () => {
    expect(() => readConfig({ APP_CONFIG_FILE: join(folder, "none") })).toThrow(
      /^APP_CONFIG_FILE is ".*none": allowed is a file that can be read \(ENOENT\)/,
    );
  });
});

test("a list may be written as Python or JSON writes it, and a name in brackets stays a name", () => {
  for (const text of ["rucio,xrootd", '["rucio", "xrootd"]', "['rucio', 'xrootd',]"])
    expect(readConfig({ VALID_DID_SCHEMES: text }).didSchemes).toEqual(["rucio", "xrootd"]);
  expect(readConfig({ INPUT_HOSTS: "[::1]:9000,a.org" }).inputHosts).toEqual([
    "[::1]:9000",
    "a.org",
  ]);
  expect(() => readConfig({ VALID_DID_SCHEMES: "[1]" })).toThrow(/^VALID_DID_SCHEMES is "\[1\]"/);
});

test.each<[string, unknown]>([
  [`'it''s' "one"`, "itsone"],
  [`'a\\'b\\\\c\\n\\x41\\u00e9\\q'`, "a'b\\c\nA\u00e9\\q"],
  [`r'a\\n'`, "a\\n"],
  [`'''two\nlines'''`, "two\nlines"],
  ["-1_000", -1000],
  ["2.5e3", 2500],
  ["[]", []],
  ["{'a': {'b': [True, None, false, null]}}", { a: { b: [true, null, false, null] } }],
  [`{"a": "http://x/y", }`, { a: "http://x/y" }],
  ["1.2.3", undefined],
  ["Trueish", undefined],
  ["[1] 2", undefined],
  ["dict(a=1)", undefined],
  ["", undefined],
])("the literal %s", (text, value) => {
  expect(wholeLiteral(text)).toEqual(value);
});

test("values are text as the environment would have it", () => {
  const said = readAppConfig("A = True\r\nB = {'x': ['y']}\r\nC = None\nD = 0.5", "app.conf");
  expect(Object.fromEntries([...said].map(([name, { value }]) => [name, value]))).toEqual({
    A: "true",
    B: '{"x":["y"]}',
    C: "",
    D: "0.5",
  });
});
