// Finders and code generators of others: what is asked again, and what users may not choose.
import type { Mutant } from "./mutant.ts";

const asking = ["datasets/ask-finders.test.ts"];
const again = ["unit/ask-again.test.ts"];
const received = ["datasets/receive.test.ts"];
const steps = ["operations/outside-step.test.ts"];
const generators = ["operations/outside-generator.test.ts"];

export const servicexParts: Mutant[] = [
  {
    name: "a finder that works on another lookup is asked again",
    file: "datasets/ask-again.ts",
    from: " && one.silentSeconds >= silentSeconds",
    to: "",
    tests: again,
    only: "a finder that works on another lookup",
  },
  {
    name: "questions that wait in the queue are asked again and again",
    file: "datasets/ask-again.ts",
    from: "ready < here.length ? here : []",
    to: "here",
    tests: again,
    only: "questions that wait in the queue",
  },
  {
    name: "a lookup that nobody waits for goes on",
    file: "datasets/ask-finders.ts",
    from: "await callOff(ctx, task);",
    to: "",
    tests: asking,
    only: "defect 50",
  },
  {
    name: "replicas in another order are another file",
    file: "datasets/file-keys.ts",
    from: "identityOf(keys, path)).sort()",
    to: "identityOf(keys, path))",
    tests: received,
    only: "that are given again with their replicas",
  },
  {
    name: "a second list of another length is believed",
    file: "datasets/receive.ts",
    from: "if (ended || !announced) return;",
    to: "return;",
    tests: received,
    only: "of a second, different list",
  },
  {
    name: "a request names any image",
    file: "operations/transform/outside/workload.ts",
    from: "if (facility.ALLOWED_IMAGE_PREFIXES.length === 0)",
    to: "if (false)",
    tests: steps,
    only: "defect 30",
  },
  {
    name: "an image that the facility does not allow runs",
    file: "operations/transform/outside/workload.ts",
    from: "if (prefixes.length > 0 && !isAllowedImage(image, prefixes))",
    to: "if (false)",
    tests: steps,
    only: "of a generator is held to",
  },
  {
    name: "an image that is missing is accepted",
    file: "operations/transform/outside/workload.ts",
    from: 'if (look === "missing")',
    to: "if (false)",
    tests: steps,
    only: "that its registry does not have",
  },
  {
    name: "the token of a registry is got from any address of this network",
    file: "operations/transform/outside/registry.ts",
    from: 'if (realm.protocol !== "https:" && realm.host !== registry)',
    to: "if (false)",
    tests: ["operations/outside-images.test.ts"],
    only: "leads nobody",
  },
  {
    name: "generated code of any size is unpacked",
    file: "operations/transform/outside/unpack.ts",
    from: "if (bytes > mostBytes) throw tooLarge(generator);",
    to: "",
    tests: generators,
    only: "code of more than 1 MiB",
  },
  {
    name: "a zip may name any path",
    file: "operations/transform/outside/unpack.ts",
    from: "if (!/^[\\w.-]{1,253}$/.test(name) || /^\\.$|^\\.\\./.test(name))",
    to: "if (false)",
    tests: generators,
    only: "a zip with",
  },
  {
    name: "a generator that does not answer is waited for",
    file: "operations/transform/outside/ask-generator.ts",
    from: "timeLimit(seconds * 1000)",
    to: "timeLimit(60_000)",
    tests: generators,
    only: "defect 45",
  },
];
