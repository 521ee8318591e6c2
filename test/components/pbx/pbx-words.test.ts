import { expect, test } from "vitest";

import { faultsOf, linkLook, type Pbx } from "@/components/pbx/pbx-words";

const now = Date.UTC(2026, 10, 27, 12);
const ago = (seconds: number) => new Date(now - seconds * 1_000);
const link = {
  ...{ connected: true, since: ago(60), lastEventAt: ago(2), problem: null, droppedEvents: 0, trunk: null },
  ...{ bootedAt: ago(7_200), clockOffsetMs: 3, version: "22.7.0", calls: 4 },
};
const pbx = (more: Partial<Pbx> = {}): Pbx => ({
  ...{ pbx: "pbx1", heardAt: ago(3), link, contacts: 2, live: 1, begun: 30 },
  ...more,
});
const faults = (more: Partial<Pbx>, secrets: { name: string; since: Date }[] = []) =>
  faultsOf(pbx(more), secrets, now).map(({ what, fix }) => `${what} ${fix}`);

test("one that works has nothing wrong", () => {
  expect(linkLook(pbx(), now)).toEqual({ word: "Connected", health: "well" });
  expect(faults({}, [{ name: "AMI_READ_SECRET", since: ago(86_400) }])).toEqual([]);
});

test("each fault is told with what to do, and a worker that is silent hides what it said before", () => {
  const away = (problem: string | null) => ({ link: { ...link, connected: false, problem } });
  expect(faults({ ...away("reading events: refused"), heardAt: ago(30) })).toEqual([
    "No worker of this PBX answers: new calls are refused. Start the workers: npm run worker.",
  ]);
  expect(linkLook(pbx({ heardAt: ago(30) }), now)).toEqual({ word: "Not known", health: "ill" });
  expect(faults(away("acting: login refused"))[0]).toContain("Compare AMI_READ_SECRET and AMI_ACT_SECRET");
  expect(faults(away(null))[0]).toContain("See whether Asterisk runs");
  expect(faults({ link: null })[0]).toContain("Set PBX and AMI_HOST");
  expect(faults({ link: { ...link, clockOffsetMs: -1_500, droppedEvents: 2 } })).toEqual([
    expect.stringContaining("Its clock is -1,500 ms off."),
    expect.stringContaining("2 events came faster"),
  ]);
  expect(faults({}, [{ name: "AMI_ACT_SECRET", since: ago(100 * 86_400) }])[0]).toContain("used for 100 days");
});
