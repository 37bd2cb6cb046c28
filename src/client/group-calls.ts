import type { Client } from "openapi-fetch";
import type { paths } from "./api-types.ts";
import { dataOf, type Reply } from "./reply.ts";
import type { Binding, Group, GroupMember } from "./views.ts";

/** Groups of people and what is read for their members alone, for administrators. */
export interface GroupCalls {
  /** all of them, by name */
  list(): Promise<{ items: Group[] }>;
  create(name: string): Promise<Group>;
  /** Refused while something is bound to it. */
  delete(group: string): Promise<void>;
  members(group: string): Promise<{ items: GroupMember[] }>;
  /** Twice is once. */
  addMember(group: string, user: string): Promise<void>;
  removeMember(group: string, user: string): Promise<void>;
  /** of all groups */
  bindings(): Promise<{ items: Binding[] }>;
  /** Returns the binding as it is kept. Twice is once. */
  bind(binding: Binding): Promise<Binding>;
  /** `binding` as it is kept. What is bound to no group any more is read by everybody. */
  unbind(binding: Binding): Promise<void>;
}

export function groupCalls(url: string, api: Client<paths>): GroupCalls {
  const ended = <Data>(reply: Reply<Data>) => {
    if (reply.response.status !== 204) dataOf(url, reply);
  };
  return {
    async list() {
      return dataOf(url, await api.GET("/v1/groups"));
    },
    async create(name) {
      return dataOf(url, await api.POST("/v1/groups", { body: { name } }));
    },
    async delete(id) {
      ended(await api.DELETE("/v1/groups/{id}", { params: { path: { id } } }));
    },
    async members(id) {
      return dataOf(url, await api.GET("/v1/groups/{id}/members", { params: { path: { id } } }));
    },
    async addMember(id, user) {
      const params = { path: { id, user } };
      ended(await api.PUT("/v1/groups/{id}/members/{user}", { params }));
    },
    async removeMember(id, user) {
      const params = { path: { id, user } };
      ended(await api.DELETE("/v1/groups/{id}/members/{user}", { params }));
    },
    async bindings() {
      return dataOf(url, await api.GET("/v1/bindings"));
    },
    async bind(body) {
      return dataOf(url, await api.POST("/v1/bindings", { body }));
    },
    async unbind(query) {
      ended(await api.DELETE("/v1/bindings", { params: { query } }));
    },
  };
}
