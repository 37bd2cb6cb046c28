import type { ReportsExchange } from "../queue/contract.ts";
import { listsOf, messageOf, tokenInMessage } from "../queue/messages.ts";
import type { ReportSender } from "./report-buffer.ts";

/** Answers a report with `sent` once the broker has confirmed it: the service reads it later. */
export function reportsByQueue(
  exchange: Pick<ReportsExchange, "publish">,
  { worker, token }: { worker: string; token?: string | undefined },
): ReportSender {
  const envelope = { worker, ...tokenInMessage(token) };
  return {
    async report(reports) {
      const lists = listsOf(reports);
      await exchange.publish(lists.map((list) => messageOf(envelope, "reports", list)));
      return reports.map(() => "sent");
    },
  };
}
