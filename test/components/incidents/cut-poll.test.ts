import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

/** What of the incident desk is kept fresh by the stream alone, and so must be asked for again while that is cut. */
const live = ["incidents-view", "incident-panel", "containments", "evidence-section"];

test.each(live)("%s is asked for again while the event stream is cut", (name) => {
  const source = readFileSync(`components/incidents/${name}.tsx`, "utf8");
  const [, poll] = /const (\w+) = useCutPoll\(\);/.exec(source) ?? [];
  expect(poll, "asks how often").toBeDefined();
  expect(source.match(/useQuery\(/g), "one query, and that polls").toHaveLength(1);
  expect(source).toMatch(poll === "refetchInterval" ? /\{ refetchInterval \}/ : /refetchInterval: .*poll \|\|/);
});
