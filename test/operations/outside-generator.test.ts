// A code generator of others, asked over HTTP: what comes of its answers, and of none.
import { zipSync } from "fflate";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { RequestError, UnavailableError } from "../../src/errors.ts";
import { askGenerator } from "../../src/operations/transform/outside/ask-generator.ts";
import { partsOf } from "../../src/operations/transform/outside/parts.ts";
import { type CodeGenerator, multipart, startCodeGenerator } from "../support/code-generator.ts";

let generator: CodeGenerator;
beforeAll(async () => {
  generator = await startCodeGenerator((selection) =>
    selection === "bad" ? "Unable to parse\u0000 this" : { files: { "code.py": selection } },
  );
});
afterEach(() => {
  generator.always(undefined);
  generator.calls.length = 0;
});
afterAll(() => generator.close());

const ask = (selection = "(Select x)", seconds?: number) =>
  askGenerator({
    name: "uproot",
    url: generator.origin,
    selection,
    owner: "ada",
    ...(seconds === undefined ? {} : { seconds }),
  });

test("its parts are the workload: image, what is run, and the files of its zip", async () => {
  expect(await ask()).toEqual({
    image: "example.org/science:1",
    language: "python",
    command: "/generated/transform_single_file.py",
    files: { "code.py": Buffer.from("(Select x)").toString("base64") },
  });
  expect(generator.calls[0]).toMatchObject({
    method: "POST",
    path: "/servicex/generated-code",
    headers: { "content-type": "application/json" },
  });
  expect(generator.selections()).toEqual(["(Select x)"]);
});

test("what it says of a selection is said to its user, and nothing is asked twice", async () => {
  const refused = ask("bad");
  await expect(refused).rejects.toBeInstanceOf(RequestError);
  await expect(refused).rejects.toMatchObject({
    status: 422,
    message: "Failed to generate translation code: Unable to parse  this",
    errors: [{ pointer: "/selection" }],
  });
  generator.always({ status: 400, body: '{"message": "no code"}' });
  await expect(ask()).rejects.toMatchObject({
    status: 422,
    message: expect.stringMatching(/no code/),
  });
  expect(generator.calls).toHaveLength(2);
});

test("defect 45: one that gives no answer is given up in time", async () => {
  generator.always("hang");
  const began = performance.now();
  await expect(ask("x", 2)).rejects.toMatchObject({
    name: "UnavailableError",
    message: "The code generator uproot cannot be used now: no answer within 2 seconds.",
  });
  expect(performance.now() - began).toBeLessThan(30_000);
  // On a busy machine, time may be up before the question has arrived.
  expect(generator.calls.length).toBeLessThan(2);
});

test("a caller who has left ends the question", async () => {
  generator.always("hang");
  const leaving = new AbortController();
  const asked = askGenerator({
    name: "uproot",
    url: generator.origin,
    selection: "x",
    owner: "ada",
    signal: leaving.signal,
  });
  leaving.abort();
  await expect(asked).rejects.toBeInstanceOf(UnavailableError);
});

test.each<[string, Parameters<CodeGenerator["always"]>[0], RegExp]>([
  ["hangs up", "drop", /cannot be used now: (UND_ERR_SOCKET|ECONNRESET)/],
  ["is cut off", "cut", /cannot be used now/],
  ["fails without a reason", { status: 502, body: "<html>" }, /answered 502 and gave no reason/],
  ["answers a page", { status: 200, body: "<html>" }, /did not answer with code: it has not all/],
])(
  "one that %s is unavailable, with a sentence that shows no address",
  async (_, answer, words) => {
    generator.always(answer);
    const error = await ask().catch((failed: Error) => failed);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toMatch(words);
    expect((error as Error).message).not.toMatch(/127\.0\.0\.1/);
  },
);

test("code of more than 1 MiB is refused, also where its zip is small or says otherwise", async () => {
  const large = multipart({ files: { "a.py": new Uint8Array(1024 * 1024 + 1) } });
  generator.always({ status: 200, ...large });
  const tooLarge = {
    status: 422,
    code: "code_too_large",
    message: expect.stringMatching(/larger than 1 MiB/),
  };
  await expect(ask()).rejects.toMatchObject(tooLarge);
  generator.always({ status: 200, body: Buffer.alloc(5 * 1024 * 1024) });
  await expect(ask()).rejects.toMatchObject(tooLarge);
  const exact = multipart({ files: { "a.py": new Uint8Array(1024 * 1024) } });
  generator.always({ status: 200, ...exact });
  expect(Object.keys((await ask()).files)).toEqual(["a.py"]);
  const lying = Buffer.from(zipSync({ "a.py": new Uint8Array(2 * 1024 * 1024) }));
  const directory = lying.lastIndexOf(Buffer.from("PK\u0001\u0002", "latin1"));
  lying.writeUInt32LE(10, directory + 24);
  generator.always({ status: 200, ...withZip(lying) });
  // No more is unpacked than it says
  expect((await ask()).files).toEqual({ "a.py": Buffer.alloc(10).toString("base64") });
});

test.each(["../evil.py", "folder/a.py", "/etc/passwd", "..", "..a.py", "a b.py"])(
  "a zip with %j is refused: containers get plain files",
  async (name) => {
    generator.always({ status: 200, ...multipart({ files: { [name]: "x" } }) });
    await expect(ask()).rejects.toMatchObject({
      message: expect.stringMatching(/which is no plain name/),
    });
  },
);

test("parts are read byte by byte, by name, and by position where they have none", () => {
  const type = 'multipart/form-data; boundary="b c"';
  const body = Buffer.from(
    '--b c\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n--b\u00ff\r\n' +
      "--b c\r\nX-Other: 1\r\n\r\n\r\n--b c--\r\n",
    "latin1",
  );
  expect(partsOf(type, body)).toEqual([
    { name: "x", content: Buffer.from("\r\n--b\u00ff", "latin1") },
    { name: undefined, content: Buffer.alloc(0) },
  ]);
  expect(partsOf("multipart/form-data", body)).toBeUndefined();
  expect(partsOf(type, body.subarray(0, 60))).toBeUndefined();
  expect(partsOf(type, Buffer.from("--b c\r\nno head\r\n--b c--"))).toBeUndefined();
});

/** The same answer with other bytes as its zip. */
function withZip(zip: Buffer) {
  const { body, headers } = multipart({});
  const mark = Buffer.from('name="zip_data"\r\n\r\n');
  const begin = body.indexOf(mark) + mark.length;
  const end = body.lastIndexOf(Buffer.from("\r\n--"));
  return { headers, body: Buffer.concat([body.subarray(0, begin), zip, body.subarray(end)]) };
}
