import {
  createGroup,
  deleteGroup,
  joinGroup,
  leaveGroup,
  listGroups,
  listMembers,
} from "../../users/groups.ts";
import { route } from "../route.ts";
import * as schema from "../schemas/groups.ts";

const common = { tag: "groups" } as const;
const identityOff = { description: "Identity is off on this service." };
const headers = { "cache-control": "private, no-store" };

export const listAllGroups = route({
  ...common,
  method: "get",
  path: "/v1/groups",
  name: "listGroups",
  access: "group.read",
  summary: "List the groups of people",
  responses: {
    200: { description: "All groups, by name.", schema: schema.groupList },
    409: identityOff,
  },
  async handler(ctx, { caller }) {
    const groups = await listGroups(ctx, caller);
    return { status: 200, headers, body: { items: groups.map(schema.groupView) } };
  },
});

export const makeGroup = route({
  ...common,
  method: "post",
  path: "/v1/groups",
  name: "createGroup",
  access: "group.change",
  summary: "Make a group, to which input roots, hosts and datasets can be bound",
  body: { schema: schema.groupBody, example: { name: "Calibration" } },
  responses: {
    201: { description: "The group, which has no members yet.", schema: schema.group },
    409: { description: "The name is taken, there are too many, or identity is off." },
  },
  async handler(ctx, { caller, body }) {
    const made = await createGroup(ctx, caller, body.name);
    return { status: 201, headers, body: schema.groupView(made) };
  },
});

export const removeGroup = route({
  ...common,
  method: "delete",
  path: "/v1/groups/{id}",
  name: "deleteGroup",
  access: "group.change",
  summary: "Delete a group to which nothing is bound",
  params: schema.groupParams,
  responses: {
    204: { description: "It is gone." },
    409: { description: "Something is bound to it, or identity is off." },
  },
  async handler(ctx, { caller, params }) {
    await deleteGroup(ctx, caller, params.id);
    return { status: 204 };
  },
});

export const listGroupMembers = route({
  ...common,
  method: "get",
  path: "/v1/groups/{id}/members",
  name: "listGroupMembers",
  access: "group.read",
  summary: "List who is in a group",
  params: schema.groupParams,
  responses: { 200: { description: "Its members.", schema: schema.memberList }, 409: identityOff },
  async handler(ctx, { caller, params }) {
    const members = await listMembers(ctx, caller, params.id);
    return { status: 200, headers, body: { items: members.map(schema.memberView) } };
  },
});

export const addGroupMember = route({
  ...common,
  method: "put",
  path: "/v1/groups/{id}/members/{user}",
  name: "addGroupMember",
  access: "group.change",
  summary: "Put a person into a group",
  params: schema.memberParams,
  responses: { 204: { description: "They are in it." }, 409: identityOff },
  async handler(ctx, { caller, params }) {
    await joinGroup(ctx, caller, { group: params.id, user: params.user });
    return { status: 204 };
  },
});

export const removeGroupMember = route({
  ...common,
  method: "delete",
  path: "/v1/groups/{id}/members/{user}",
  name: "removeGroupMember",
  access: "group.change",
  summary: "Take a person out of a group; it counts for files that no worker has yet",
  params: schema.memberParams,
  responses: { 204: { description: "They are not in it." }, 409: identityOff },
  async handler(ctx, { caller, params }) {
    await leaveGroup(ctx, caller, { group: params.id, user: params.user });
    return { status: 204 };
  },
});
