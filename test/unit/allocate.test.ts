import { describe, expect, test } from "vitest";
import { makeSeats } from "../../src/requests/dispatch/seats.ts";
import { allocate, type Line, type OpenStep, type Room } from "../../src/shares/allocate.ts";
import type { LineStep } from "../../src/shares/line-store.ts";

const user = (owner: string, more: Partial<Line<OpenStep>["users"][number]> = {}) => ({
  owner,
  running: 0,
  share: 1,
  servedAt: null,
  ...more,
});
let requests = 0;
const step = (owner: string, files: number, more: Partial<LineStep> = {}): LineStep => ({
  request: `request ${++requests}`,
  step: 1,
  operation: "noop",
  owner,
  files,
  priority: 0,
  servedAt: requests,
  workers: null,
  settingsBytes: 2,
  holders: [],
  ...more,
});
const filesOf = (
  line: Omit<Line<OpenStep>, "rooms">,
  slots: number,
  rooms: [string, Room][] = [],
) => {
  const found: Record<string, number> = {};
  for (const { step, files } of allocate({ ...line, rooms: new Map(rooms) }, slots))
    found[step.owner] = (found[step.owner] ?? 0) + files;
  return found;
};

describe("free slots go", () => {
  test("to the user with the fewest running files", () => {
    const users = [user("a", { running: 5 }), user("b", { running: 3 })];
    const steps = [step("a", 100), step("b", 100)];
    expect(filesOf({ users, steps }, 1)).toEqual({ b: 1 });
    expect(filesOf({ users, steps }, 10)).toEqual({ a: 4, b: 6 });
  });

  test("by share: twice the share, twice the files", () => {
    const users = [user("a", { share: 2 }), user("b")];
    expect(filesOf({ users, steps: [step("a", 100), step("b", 100)] }, 30)).toEqual({
      a: 20,
      b: 10,
    });
  });

  test("among equals to the one that was served the longest ago, and before all to a new user", () => {
    const users = [user("a", { servedAt: 20 }), user("b", { servedAt: 10 }), user("c")];
    const steps = [step("a", 1), step("b", 1), step("c", 1)];
    const order = allocate({ users, steps, rooms: new Map() }, 3).map(({ step }) => step.owner);
    expect(order).toEqual(["c", "b", "a"]);
  });

  test("to others where a user has no more files", () => {
    const users = [user("a"), user("b")];
    expect(filesOf({ users, steps: [step("a", 2), step("b", 100)] }, 10)).toEqual({ a: 2, b: 8 });
  });

  test("inside one user by priority, then to the request that has waited longest", () => {
    const steps = [
      step("a", 1, { servedAt: 3 }),
      step("a", 1, { servedAt: 9, priority: 1 }),
      step("a", 1, { servedAt: 2 }),
    ];
    const choices = allocate({ users: [user("a")], steps, rooms: new Map() }, 3);
    expect(choices.map(({ step }) => step.servedAt)).toEqual([9, 2, 3]);
  });

  test("never past the room of a user or of the operation", () => {
    const users = [user("a"), user("b")];
    const steps = [step("a", 10), step("b", 10), step("a", 10, { operation: "transform" })];
    const room = (total: number | null, byUser: [string, number | null][]): [string, Room] => [
      "noop",
      { total, byUser: new Map(byUser) },
    ];
    expect(filesOf({ users, steps }, 99, [room(null, [["a", 3]])])).toEqual({ a: 13, b: 10 });
    expect(filesOf({ users, steps }, 99, [room(5, [])])).toEqual({ a: 13, b: 2 });
    expect(filesOf({ users, steps }, 99, [room(-2, [["a", null]])])).toEqual({ a: 10 });
  });

  test("to the next step where a step is refused", () => {
    const steps = [step("a", 5, { step: 7 }), step("a", 5)];
    const choices = allocate(
      { users: [user("a")], steps, rooms: new Map() },
      3,
      ({ step }) => step !== 7,
    );
    expect(choices).toEqual([{ step: steps[1], files: 3 }]);
  });
});

describe("workers that wait", () => {
  const waiters = [
    { worker: "first", max: 2 },
    { worker: "second", max: 3 },
  ];

  test("are served in the order they came", () => {
    const seats = makeSeats(waiters, 1000);
    const any = step("a", 10);
    while (seats.assign(any) === "assigned");
    expect(seats.free()).toBe(0);
    expect(seats.takeAssigned()).toEqual(new Map([[any, [0, 0, 1, 1, 1]]]));
  });

  test("get no more than the most files of one poll", () => {
    const seats = makeSeats(waiters, 4);
    const any = step("a", 10);
    while (seats.assign(any) === "assigned");
    expect(seats.takeAssigned().get(any)).toHaveLength(4);
  });

  test("hold files of a request only as many as it allows, and those that hold some go first", () => {
    const seats = makeSeats(waiters, 1000);
    const held = step("a", 10, { workers: 1, holders: ["second"] });
    while (seats.assign(held) === "assigned");
    expect(seats.takeAssigned().get(held)).toEqual([1, 1, 1]);
    const open = step("a", 10, { workers: 1 });
    while (seats.assign(open) === "assigned");
    expect(seats.takeAssigned().get(open)).toEqual([0, 0]);
  });

  test("hold them over all steps of the request together", () => {
    const seats = makeSeats(waiters, 1000);
    const one = step("a", 1, { request: "r", workers: 1 });
    const other = step("a", 5, { request: "r", step: 2, workers: 1 });
    expect(seats.assign(one)).toBe("assigned");
    while (seats.assign(other) === "assigned");
    expect(seats.takeAssigned().get(other)).toEqual([0]);
  });
});
