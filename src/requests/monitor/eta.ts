import type { RequestView, StepView } from "../views.ts";
import type { Sample } from "./pace.ts";

export interface Eta {
  /** median: the end is as likely before it as after it */
  p50: string;
  /** 90th percentile */
  p90: string;
  confidence: "rough" | "fair" | "good";
}

/**
 * When the request will end if it continues at the pace of the last minutes; null while there is
 * nothing to estimate from.
 */
export function etaOf(view: RequestView, samples: readonly Sample[], now = Date.now()): Eta | null {
  const left = view.dataset.state === "lookup" ? undefined : remaining(view);
  const [first, last] = [samples[0], samples.at(-1)];
  if (left === undefined || !first || !last || last.finished <= first.finished) return null;
  const seconds = (last.at - first.at) / 1000;
  const mean = (last.finished - first.finished) / seconds;
  const rates = ratesOf(samples);
  const expected = left / mean;
  // Nine of ten intervals were faster than this. Below five intervals, half the mean is assumed.
  const slow = Math.max(
    rates.length < 5 ? mean / 2 : (rates[Math.floor(rates.length / 10)] ?? 0),
    mean / 5,
  );
  const at = (secondsFromNow: number) => new Date(now + secondsFromNow * 1000).toISOString();
  return {
    p50: at(expected),
    p90: at(Math.max(expected, left / slow)),
    confidence: confidenceOf(rates, mean, seconds, expected),
  };
}

/**
 * How often a file must still finish a step. A file of the dataset that is not registered yet has
 * all steps to do.
 */
function remaining({ steps, counters, dataset }: RequestView): number {
  const open = ({ waiting, queued, running }: StepView) => waiting + queued + running;
  const begun = steps.reduce(
    (total, step) => total + open(step) * (steps.length - step.step + 1),
    0,
  );
  return begun + Math.max(0, dataset.files - counters.total) * steps.length;
}

/** Files per second in each interval, slowest first. */
function ratesOf(samples: readonly Sample[]): number[] {
  return samples
    .slice(1)
    .map((sample, index) => {
      const before = samples[index] ?? sample;
      return (sample.finished - before.finished) / Math.max(0.001, (sample.at - before.at) / 1000);
    })
    .sort((left, right) => left - right);
}

/** From the spread of the rate, the time observed, and how far ahead the estimate reaches. */
function confidenceOf(
  rates: number[],
  mean: number,
  seconds: number,
  expected: number,
): Eta["confidence"] {
  const spread =
    Math.sqrt(rates.reduce((total, rate) => total + (rate - mean) ** 2, 0) / rates.length) / mean;
  if (seconds >= 60 && spread < 0.3 && expected < 20 * seconds) return "good";
  return seconds >= 20 && spread < 0.7 && expected < 100 * seconds ? "fair" : "rough";
}
