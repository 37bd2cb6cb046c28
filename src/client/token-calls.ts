import type { Client } from "openapi-fetch";
import type { paths } from "./api-types.ts";
import { dataOf } from "./reply.ts";
import type { ApiToken, MadeApiToken, NewApiToken, NewWorkerToken, WorkerToken } from "./views.ts";

/** Tokens, where identity is on. */
export interface TokenCalls {
  /** one's own API tokens that are not revoked; of another person, for administrators */
  list(owner?: string): Promise<{ items: ApiToken[] }>;
  /** The answer alone has the token itself. */
  create(wanted: NewApiToken): Promise<MadeApiToken>;
  /** It ends at once, with the access tokens that were given for it. */
  revoke(id: string): Promise<void>;
  /** for workers and agents on other hosts; made by administrators, and never revoked */
  createForWorkers(wanted?: NewWorkerToken): Promise<WorkerToken>;
}

export function tokenCalls(url: string, api: Client<paths>): TokenCalls {
  return {
    async list(owner) {
      const query = owner === undefined ? {} : { owner };
      return dataOf(url, await api.GET("/v1/tokens", { params: { query } }));
    },
    async create(body) {
      return dataOf(url, await api.POST("/v1/tokens", { body }));
    },
    async revoke(id) {
      const reply = await api.DELETE("/v1/tokens/{id}", { params: { path: { id } } });
      if (reply.response.status !== 204) dataOf(url, reply);
    },
    async createForWorkers(body = {}) {
      return dataOf(url, await api.POST("/v1/worker-tokens", { body }));
    },
  };
}
