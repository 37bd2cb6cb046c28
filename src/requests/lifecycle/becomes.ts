import type { Deps } from "../../deps.ts";

const pollSeconds = 0.2;

/**
 * Whether it has come true within so many seconds. Asked at once, at each change of the request and
 * a few times a second, as a notification may be lost.
 */
export async function requestBecomes(
  { notifier }: Deps<"notifier">,
  { id, seconds }: { id: string; seconds: number },
  isTrue: () => Promise<boolean>,
): Promise<boolean> {
  const until = performance.now() + seconds * 1000;
  while (!(await isTrue())) {
    const left = (until - performance.now()) / 1000;
    if (left <= 0) return false;
    await notifier.wait(`request:${id}`, Math.min(left, pollSeconds));
  }
  return true;
}
