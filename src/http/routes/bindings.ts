import { bind, listBindings, unbind } from "../../users/bindings.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/groups.ts";

const common = { tag: "groups" } as const;
const identityOff = { description: "Identity is off on this service." };
const headers = { "cache-control": "private, no-store" };

export const listAllBindings = route({
  ...common,
  method: "get",
  path: "/v1/bindings",
  name: "listBindings",
  access: "group.read",
  summary: "List what only members of groups read",
  responses: {
    200: { description: "All bindings.", schema: schema.bindingList },
    409: identityOff,
  },
  async handler(ctx, { caller }) {
    const bindings = await listBindings(ctx, caller);
    return { status: 200, headers, body: { items: bindings.map(schema.bindingView) } };
  },
});

export const addBinding = route({
  ...common,
  method: "post",
  path: "/v1/bindings",
  name: "addBinding",
  access: "group.change",
  summary: "Bind an input root, a host or a remembered dataset to a group",
  description:
    "From then on it is read for members of the groups to which it is bound, and for nobody else " +
    "by a path, a link, a finder, another name or a redirect.",
  body: {
    schema: schema.binding,
    example: {
      kind: "root",
      target: "/data/calibration",
      group: "5b0e3f1c-6a0e-4a0b-9d7e-3a8f1f5f2c11",
    },
  },
  responses: {
    201: { description: "The binding, as it is kept.", schema: schema.binding },
    404: { description: "There is no such group." },
    409: { description: "There are too many, or identity is off." },
    422: { description: "The target is none of its kind." },
  },
  async handler(ctx, { caller, body }) {
    const made = await bind(ctx, caller, body);
    return { status: 201, headers, body: schema.bindingView(made) };
  },
});

export const removeBinding = route({
  ...common,
  method: "delete",
  path: "/v1/bindings",
  name: "removeBinding",
  access: "group.change",
  summary: "Remove a binding; what is bound to no group any more is read by everybody",
  query: schema.bindingQuery,
  responses: {
    204: { description: "It is gone." },
    404: { description: "There is no such binding." },
    409: identityOff,
  },
  async handler(ctx, { caller, query }) {
    await unbind(ctx, caller, query);
    return { status: 204 };
  },
});
