// Ports, addresses of callers, and streams that end with the right to see them.
import type { Mutant } from "./mutant.ts";

const ports = ["http/ports.test.ts"];
const streams = ["http/events-end.test.ts"];

export const portsAndStreams: Mutant[] = [
  {
    name: "a process without the role api serves people",
    file: "http/listeners.ts",
    from: 'isApi || listener === "ops"',
    to: "isApi || listener",
    tests: ports,
  },
  {
    name: "whether it lives is answered under any name",
    file: "http/same-origin.ts",
    from: "(answersAtAddresses && isAddress(host))",
    to: "answersAtAddresses",
    tests: ["http/guard.test.ts"],
  },
  {
    name: "everything is answered at any address",
    file: "http/same-origin.ts",
    from: "(answersAtAddresses && isAddress(host))",
    to: "isAddress(host)",
    tests: ["http/guard.test.ts"],
  },
  {
    name: "a header of anybody says where a call comes from",
    file: "auth/client-address.ts",
    from: "proxyAddr.compile([...proxies])",
    to: 'proxyAddr.compile([...proxies, "loopback"])',
    tests: ["unit/client-address.test.ts"],
  },
  {
    name: "the farthest address of a chain is taken",
    file: "auth/client-address.ts",
    from: "proxyAddr.all(request, isTrusted)",
    to: "proxyAddr.all(request)",
    tests: ["unit/client-address.test.ts"],
  },
  {
    name: "the public port takes what finders report",
    file: "http/served.ts",
    from: '  "lookup.report": "internal",\n',
    to: "",
    tests: ports,
  },
  {
    name: "who has no credential is a finder at every port",
    file: "auth/authenticate.ts",
    from: 'listener === "internal" ? { kind: "internal" } : { kind: "anonymous" }',
    to: '{ kind: "internal" }',
    tests: ports,
  },
  {
    name: "who reaches the port of operators is an operator for everything",
    file: "http/served.ts",
    from: "serves.includes(listenerOf(action))",
    to: 'serves.includes("ops") || serves.includes(listenerOf(action))',
    tests: ports,
  },
  {
    name: "a signed address of workers is taken at the public port",
    file: "http/routes/objects.ts",
    from: "if (audiences.includes(signed.audience)) return signed;",
    to: "if (audiences.length > 0) return signed;",
    tests: ports,
  },
  {
    name: "an idle stream goes on without the right to see it",
    file: "http/events.ts",
    from: "if (!may) gone.abort();",
    to: "",
    tests: streams,
  },
  {
    name: "caches may keep what is one person's",
    file: "http/call.ts",
    from: 'response.setHeader("cache-control", "private, no-store");',
    to: "",
    tests: ["http/matrix.test.ts"],
  },
];
