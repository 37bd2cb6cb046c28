import type { Client } from "openapi-fetch";
import type { paths } from "./api-types.ts";
import { dataOf } from "./reply.ts";
import type { AccessKey, MadeAccessKey, NewAccessKey } from "./views.ts";

/** Keys of programs, façades and other services, for administrators, where identity is on. */
export interface KeyCalls {
  /** those that are not revoked, oldest first */
  list(): Promise<{ items: AccessKey[] }>;
  /** The answer alone has the key itself. */
  create(wanted: NewAccessKey): Promise<MadeAccessKey>;
  /** It ends at once. */
  revoke(id: string): Promise<void>;
}

export function keyCalls(url: string, api: Client<paths>): KeyCalls {
  return {
    async list() {
      return dataOf(url, await api.GET("/v1/access-keys"));
    },
    async create(body) {
      return dataOf(url, await api.POST("/v1/access-keys", { body }));
    },
    async revoke(id) {
      const reply = await api.DELETE("/v1/access-keys/{id}", { params: { path: { id } } });
      if (reply.response.status !== 204) dataOf(url, reply);
    },
  };
}
