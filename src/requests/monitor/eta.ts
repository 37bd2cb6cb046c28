import type { RequestView, StepView } from "../views.ts";
import type { Sample } from "./pace.ts";

export interface Eta {
  /** as likely before as after */
  p50: string;
  /** nine times of ten before */
  p90: string;
  confidence: "rough" | "fair" | "good";
}

/**
 * When the request will end if it goes on as it went in the last minutes; null while nothing can be
 * said.
 */
export function etaOf(view: RequestView, samples: readonly Sample[], now = Date.now()): Eta | null {
  const left = view.dataset.state === "lookup" ? undefined : remaining(view);
  const [first, last] = [samples[0], samples.at(-1)];
  if (left === undefined || !first || !last || last.finished <= first.finished) return null;
  const seconds = (last.at - first.at) / 1000;
  const mean = (last.finished - first.finished) / seconds;
  const rates = ratesOf(samples);
  const usual = left / mean;
  // Nine of ten of the intervals went faster than this; of few intervals not much is known.
  const slow = Math.max(
    rates.length < 5 ? mean / 2 : (rates[Math.floor(rates.length / 10)] ?? 0),
    mean / 5,
  );
  const at = (secondsFromNow: number) => new Date(now + secondsFromNow * 1000).toISOString();
  return {
    p50: at(usual),
    p90: at(Math.max(usual, left / slow)),
    confidence: confidenceOf(rates, mean, seconds, usual),
  };
}

/**
 * Steps of files that are still to be made; a file that is not copied yet has all of its steps
 * before it.
 */
function remaining({ steps, counters, dataset }: RequestView): number {
  const open = ({ waiting, queued, running }: StepView) => waiting + queued + running;
  const begun = steps.reduce((total, one) => total + open(one) * (steps.length - one.step + 1), 0);
  return begun + Math.max(0, dataset.files - counters.total) * steps.length;
}

/** Files a second of each interval, the slowest first. */
function ratesOf(samples: readonly Sample[]): number[] {
  return samples
    .slice(1)
    .map((sample, index) => {
      const before = samples[index] ?? sample;
      return (sample.finished - before.finished) / Math.max(0.001, (sample.at - before.at) / 1000);
    })
    .sort((left, right) => left - right);
}

/** How even the pace was, for how long it was seen, and how far it is drawn out. */
function confidenceOf(
  rates: number[],
  mean: number,
  seconds: number,
  usual: number,
): Eta["confidence"] {
  const spread =
    Math.sqrt(rates.reduce((total, rate) => total + (rate - mean) ** 2, 0) / rates.length) / mean;
  if (seconds >= 60 && spread < 0.3 && usual < 20 * seconds) return "good";
  return seconds >= 20 && spread < 0.7 && usual < 100 * seconds ? "fair" : "rough";
}
