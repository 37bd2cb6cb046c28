import type { Deps } from "../../../deps.ts";
import { RequestError } from "../../../errors.ts";
import {
  addNotices,
  answerNotice,
  type NewNotice,
  noticesChannel,
} from "../../../notices/enqueue.ts";
import {
  actionIds,
  decidedMessage,
  privateMessage,
  type SlackMessage,
} from "../../../notices/slack-messages.ts";
import { approve, type Decided, reject } from "../../../users/approve.ts";
import type { Interaction } from "./interaction.ts";

type Needed = Deps<"config" | "notifier" | "people" | "verifyingKeys">;

/**
 * Approves or rejects the account of the button, if whoever pressed it may; what became of it is
 * told at Slack by a message. Both are recorded when this resolves.
 */
export async function actOnButton(ctx: Needed, pressed: Interaction): Promise<void> {
  const { user, actions } = pressed;
  const [{ action_id: action, value: account }] = actions;
  const refusal = refusalOf(ctx, pressed);
  if (refusal !== undefined) return answer(ctx, pressed, privateMessage(refusal));
  const decide = action === actionIds.approve ? approve : reject;
  const actor = { kind: "system", name: `slack:${user.id}` } as const;
  try {
    await decide(ctx, actor, account, (decided) =>
      noticeOf(ctx, pressed, decidedMessage(decided.account, sentenceOf(decided, user.id))),
    );
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    await answer(ctx, pressed, privateMessage(error.message));
  }
}

/** Anyone in the channel can press a button. */
function refusalOf({ config }: Needed, { user, team }: Interaction): string | undefined {
  const slack = config.identity?.slack;
  if (!slack || slack.approvers.length === 0)
    return "Nobody may decide at Slack: SLACK_APPROVERS of the service is not set.";
  const from = team?.id ?? user.team_id;
  if (slack.team !== undefined && from !== slack.team)
    return "This workspace may not decide on accounts: SLACK_TEAM of the service is another.";
  if (slack.approvers.includes(user.id)) return undefined;
  return `You may not decide on accounts: ${user.id} is not in SLACK_APPROVERS of the service.`;
}

/** `userId` is an id by its form, so it cannot be markup. */
function sentenceOf({ changed, account }: Decided, userId: string): string {
  const state = account.state === "approved" ? "Approved" : "Rejected";
  return changed ? `${state} by <@${userId}>.` : `${state} before.`;
}

async function answer(ctx: Needed, pressed: Interaction, message: SlackMessage): Promise<void> {
  await ctx.people.write((db) => addNotices(db, [noticeOf(ctx, pressed, message)]));
  ctx.notifier.notify(noticesChannel);
}

/** None where Slack named no address, or one that is not its own. */
function noticeOf(
  ctx: Needed,
  { user, actions, response_url: url }: Interaction,
  message: SlackMessage,
): NewNotice | undefined {
  if (url === undefined) return undefined;
  const [{ action_id: action, value, action_ts: time = "" }] = actions;
  return answerNotice(ctx, { url, message }, `${user.id} ${action} ${value} ${time}`);
}
