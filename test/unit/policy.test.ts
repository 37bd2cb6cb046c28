import { describe, expect, test } from "vitest";
import type { Caller, Scope } from "../../src/auth/caller.ts";
import { callerOfUser } from "../../src/auth/caller-of-user.ts";
import { type Action, actions, assertMay, decide, mayOn } from "../../src/users/policy.ts";
import { userStates } from "../../src/users/state.ts";

const token = (kind: "user" | "admin", ...scopes: Scope[]): Caller => ({
  kind,
  owner: "ann",
  by: "token",
  scopes,
});
const own = { id: "r", owner: "ann" };
const foreign = { id: "r", owner: "bob" };

/** What each scope alone lets an administrator's token do. */
const needed: Record<Scope, Action[]> = {
  read: [
    "request.read",
    "receipt.read",
    "dataset.read",
    "limits.read",
    "service.measure",
    "token.read",
    "account.read",
  ],
  submit: [
    "request.submit",
    "request.change",
    "request.delete",
    "dataset.delete",
    "token.change",
    "account.change",
  ],
  admin: [
    "limits.change",
    "lookup.report",
    "user.read",
    "user.change",
    "user.delete",
    "act.read",
    "notice.read",
    "notice.change",
    "worker.admit",
    "key.read",
    "key.change",
    "facade.read",
    "facade.change",
    "group.read",
    "group.change",
  ],
};

describe.each(Object.entries(needed) as [Scope, Action[]][])("the scope %s", (scope, allowed) => {
  test.each(allowed)("is needed for %s, and is enough", (action) => {
    expect(decide(token("admin", scope), action)).toBe("allowed");
    for (const other of Object.keys(needed) as Scope[])
      if (other !== scope && !(scope === "read" && other === "submit"))
        expect(decide(token("admin", other), action), other).toBe("forbidden");
  });
});

test("what may be changed may be read", () => {
  for (const action of needed.read)
    expect(decide(token("admin", "submit"), action), action).toBe("allowed");
});

test("no other action needs a scope, and without a limit every scope is there", () => {
  const listed = Object.values(needed).flat();
  for (const action of actions) {
    const unlimited = decide({ kind: "admin", owner: "ann", by: "session" }, action);
    const without = decide(token("admin"), action);
    if (listed.includes(action)) expect([unlimited, without]).toEqual(["allowed", "forbidden"]);
    else expect(without, action).toBe(unlimited);
  }
});

test("a refused token is told what it lacks and what it has", () => {
  expect(() => assertMay(token("user", "read"), "request.submit")).toThrow(
    "The token has not the scope submit, which it needs to submit requests; it has read.",
  );
  expect(() => assertMay(token("user", "read", "submit"), "limits.change")).toThrow(
    "The caller (user) may not change limits and shares.",
  );
});

test("callers without a name own what they make at a façade that takes them, and nothing else", () => {
  const nobody: Caller = { kind: "anonymous" };
  const some: Caller = { ...nobody, owner: "ann", facade: "servicex", callsAMinute: 1 };
  for (const action of ["request.submit", "request.read"] as const) {
    expect(decide(nobody, action)).toBe("sign_in");
    expect(decide(some, action)).toBe("allowed");
    expect(mayOn(some, action, foreign)).toBe(false);
  }
  const differ = actions.filter((action) => decide(nobody, action) !== decide(some, action));
  expect(differ).toEqual(["request.submit", "request.read"]);
});

test("an S3 key is for the objects of its own request, and a read key writes none", () => {
  const [reader, writer]: Caller[] = [
    { kind: "reader", request: "r" },
    { kind: "writer", request: "r" },
  ];
  for (const [caller, ...may] of [
    [reader, "object.read"],
    [writer, "object.read", "object.write"],
  ] as [Caller, ...Action[]][]) {
    const allowed = actions.filter((action) => mayOn(caller, action, foreign));
    expect(allowed, caller.kind).toEqual(may);
    expect(actions.filter((action) => mayOn(caller, action, { ...own, id: "q" }))).toEqual([]);
  }
  for (const other of [token("admin", "admin"), { kind: "worker", scope: {} } as const])
    expect(mayOn(other, "object.read", own)).toBe(false);
});

test("a scope reaches no further than its owner", () => {
  const caller = token("user", "read", "submit");
  expect(mayOn(caller, "request.change", own)).toBe(true);
  expect(mayOn(caller, "request.change", foreign)).toBe(false);
  expect(mayOn(token("user", "read"), "request.change", own)).toBe(false);
});

test.each(["new", "pending", "rejected", "suspended"] as const)(
  "an account that is %s may do nothing but with itself, and is told why",
  (state) => {
    const caller: Caller = { kind: "unapproved", owner: "ann", state, by: "token" };
    const own: Action[] = ["account.read", "account.change"];
    for (const action of Object.values(needed).flat())
      expect(decide(caller, action), action).toBe(own.includes(action) ? "allowed" : "sign_in");
    for (const action of own) expect(decide(caller, action, "foreign")).toBe("not_found");
    expect(decide(caller, "service.read")).toBe("allowed");
    expect(() => assertMay(caller, "request.read")).toThrow(/^Not Authorized: Your account /);
    expect(() => assertMay(caller, "request.read")).toThrow(
      expect.objectContaining({ status: 401, code: `account_${state}` }),
    );
  },
);

test.each(userStates)("an administrator's account that is %s is no administrator's", (state) => {
  const facts = { id: "ann", state, admin: true };
  const make = () => callerOfUser(facts, { by: "session" });
  if (state === "deleted") expect(make).toThrow(expect.objectContaining({ status: 401 }));
  else expect(make().kind).toBe(state === "approved" ? "admin" : "unapproved");
});

test("an administrator's token without the scope admin is an ordinary user's", () => {
  const facts = { id: "ann", state: "approved", admin: true } as const;
  const kindWith = (...scopes: Scope[]) => callerOfUser(facts, { by: "token", scopes }).kind;
  expect([kindWith("read", "submit"), kindWith("admin")]).toEqual(["user", "admin"]);
  expect(callerOfUser({ ...facts, admin: false }, { by: "token", scopes: ["admin"] }).kind).toBe(
    "user",
  );
  expect(() => callerOfUser(undefined, { by: "token" })).toThrow(/No user found/);
});
