// The alert rules and the dashboard as the chart has them: test/alert-rules.test.ts tries them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chart, readYaml, render } from "./support/helm.ts";

const fileOf = (name: string) => readFileSync(join(chart, "files", name), "utf8");

test("the chart's rules and dashboard are these files", () => {
  const objects = render({ apis: ["monitoring.coreos.com/v1"] });
  const rule = objects.find(({ kind }) => kind === "PrometheusRule");
  expect(rule?.spec).toEqual(readYaml(fileOf("alerts.yaml")));
  const map = objects.find(({ metadata }) => metadata.labels?.grafana_dashboard === "1");
  expect(map?.data).toEqual({ "mine-longshore.json": fileOf("dashboard.json") });
});
