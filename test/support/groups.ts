// Groups and what is bound to them, over the API, as an administrator makes them.
import type { BindingKind } from "../../src/users/bindings-store.ts";
import type { Api } from "./api.ts";
import { addPerson, bearer, type Person } from "./people.ts";

export interface Groups {
  admin: Person;
  /** Makes a group with these members; returns its id. */
  group(name: string, members: readonly Person[]): Promise<string>;
  bind(group: string, kind: BindingKind, target: string): Promise<void>;
  unbind(group: string, kind: BindingKind, target: string): Promise<void>;
  leave(group: string, person: Person): Promise<void>;
}

export async function makeGroups(api: Api): Promise<Groups> {
  const scopes: ["read", "submit", "admin"] = ["read", "submit", "admin"];
  const admin = await addPerson(api.ledger.ctx, { admin: true, scopes });
  const headers = bearer(admin.accessToken);

  async function must(method: "PUT" | "DELETE", path: string): Promise<void> {
    const { status, text } = await api.call({ method, path, headers });
    if (status !== 204) throw new Error(`${method} ${path}: ${status} ${text}`);
  }

  return {
    admin,
    async group(name, members) {
      const made = await api.post("/v1/groups", { name }, headers);
      if (made.status !== 201) throw new Error(made.text);
      const id = String(made.json().id);
      for (const { id: user } of members) await must("PUT", `/v1/groups/${id}/members/${user}`);
      return id;
    },
    async bind(group, kind, target) {
      const made = await api.post("/v1/bindings", { kind, target, group }, headers);
      if (made.status !== 201) throw new Error(made.text);
    },
    unbind: (group, kind, target) =>
      must("DELETE", `/v1/bindings?${new URLSearchParams({ kind, target, group })}`),
    leave: (group, { id }) => must("DELETE", `/v1/groups/${group}/members/${id}`),
  };
}
