// The alert rules by promtool, and the names of metrics in rules and dashboard.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chart, readYaml, render } from "./support/helm.ts";

const fileOf = (name: string) => readFileSync(join(chart, "files", name), "utf8");
const folder = join(chart, "files");
const hasPromtool = spawnSync("promtool", ["--version"]).error === undefined;
if (!hasPromtool)
  process.stderr.write(
    "\n!!! promtool is not here: the alert rules are NOT tested (Debian's package prometheus).\n",
  );

interface Rule {
  alert: string;
  expr: string;
}

const rules = (readYaml(fileOf("alerts.yaml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

test.skipIf(!hasPromtool)("each alert fires when it should, and not otherwise", () => {
  const { status, stdout, stderr } = spawnSync(
    "promtool",
    ["test", "rules", join(folder, "alerts.test.yaml")],
    { encoding: "utf8" },
  );
  expect(`${stdout}${stderr}`).toContain("SUCCESS");
  expect(status).toBe(0);
});

test("each alert has a test in which it fires, and one in which it does not", () => {
  const { tests } = readYaml(fileOf("alerts.test.yaml")) as {
    tests: { name: string; alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
  };
  for (const { alert } of rules) {
    const own = tests.flatMap((one) => one.alert_rule_test).filter((t) => t.alertname === alert);
    expect(own.some(({ exp_alerts: fired }) => fired.length > 0)).toBe(true);
    expect(tests.some(({ name }) => name === `${alert}, not`)).toBe(true);
  }
});

test("rules and dashboard ask for metrics that the service has", () => {
  const page = readFileSync(join(chart, "../doc/metrics.md"), "utf8");
  const known = [...page.matchAll(/^\| `(longshore_\w+)` \|/gm)].map(([, name]) => name);
  const dashboard = JSON.parse(fileOf("dashboard.json"));
  const expressions = [
    ...rules.map(({ expr }) => expr),
    ...dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) => expr),
    ),
  ];
  const asked = expressions.flatMap((text) => text.match(/longshore_\w+/g) ?? []);
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter((name) => !known.includes(name.replace(/_(sum|count|bucket)$/, "")))).toEqual(
    [],
  );
});

test("the chart's rules and dashboard are these files", () => {
  const objects = render({ apis: ["monitoring.coreos.com/v1"] });
  const rule = objects.find(({ kind }) => kind === "PrometheusRule");
  expect(rule?.spec).toEqual(readYaml(fileOf("alerts.yaml")));
  const map = objects.find(({ metadata }) => metadata.labels?.grafana_dashboard === "1");
  expect(map?.data).toEqual({ "mine-longshore.json": fileOf("dashboard.json") });
});
