// What those read who run the service for others, in a clone of their own.
import { afterAll, beforeAll, test } from "vitest";
import { operatorPages } from "./pages.ts";
import { type Walk, walk } from "./walk.ts";

let person: Walk;
beforeAll(async () => {
  person = await walk();
  await person.install();
});
afterAll(async () => {
  await person?.close();
});

test.for(operatorPages)("%s works as it is written", async (path, { skip }) => {
  if (path === "doc/remote-workers.md") skip(!(await mayMount()), "No user may mount here.");
  await person.page(path);
});

/** Many containers refuse an ordinary user a file system of their own. */
async function mayMount(): Promise<boolean> {
  return (await person.type("unshare --map-root-user --mount true")).code === 0;
}
