import { describe, expect, it } from "vitest";

import { ageText, sizeText } from "@/components/reconciliation/age-text";
import { partsOf, type SystemState, type WorkerState } from "@/components/system/system-words";

const now = new Date("2026-11-26T12:00:00Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const ami = {
  ...{ connected: true, since: ago(60), lastEventAt: ago(2), problem: null, droppedEvents: 0 },
  ...{ bootedAt: ago(7_200), clockOffsetMs: 3, version: "22.7.0", calls: 4, trunk: null },
};
const worker = (more: Partial<WorkerState> = {}): WorkerState => ({
  ...{ id: "host:1", pbx: "pbx1", startedAt: ago(600), beatAt: ago(3), version: "1", node: "20", memoryBytes: 1 },
  calls: { live: 2, endsWaiting: 0, endsDropped: 0 },
  ami,
  queue: { backend: "redis", there: true, waiting: 0, active: 0, delayed: 1, failed: 0 },
  failed: [],
  mail: true,
  payments: "stripe",
  ...more,
});
const system = (more: Partial<SystemState> = {}): SystemState => ({
  now,
  workers: [worker()],
  trunk: { calls: 20, answered: 15, acdSeconds: 100, failed: 1, lastAnsweredAt: ago(30), lastFailedAt: null },
  tenants: {},
  managerSecrets: [],
  ...more,
  database: {
    ...{ version: "18.0", bytes: 52_000_000, connections: 12, connectionsMost: 100 },
    ...{ outbox: 0, outboxOldest: null, mails: 0, mailsFailed: 0 },
    ...more.database,
  },
});
const part = (of: SystemState, name: string) =>
  partsOf(of, now.getTime(), { ageText, sizeText }).find((one) => one.name.startsWith(name));
const withWorker = (more: Partial<WorkerState>) => system({ workers: [worker(more)] });

describe("the parts of the system", () => {
  it("are all well when they say so", () => {
    const parts = partsOf(system(), now.getTime(), { ageText, sizeText });
    expect(parts.map(({ health }) => health)).toEqual(parts.map(() => "well"));
    const fresh = system({ managerSecrets: [{ name: "AMI_READ_SECRET", since: ago(86_400) }] });
    expect(part(fresh, "Secrets")).toMatchObject({ health: "well", detail: "AMI_READ_SECRET used for 1 day" });
    expect(part(system(), "PBX")?.detail).toBe("Asterisk 22.7.0, 4 channels, up for 2 h, last event 2 s ago");
  });

  it.each([
    ["Workers", "Silent", withWorker({ beatAt: ago(30) })],
    ["Workers", "Never seen", system({ workers: [] })],
    ["PBX", "Away", withWorker({ ami: { ...ami, connected: false, problem: "reading events: refused" } })],
    [
      "Secrets",
      "Time for new ones",
      system({ managerSecrets: [{ name: "AMI_READ_SECRET", since: ago(91 * 86_400) }] }),
    ],
    ["Queue", "Away", withWorker({ queue: { ...worker().queue, there: false } })],
    ["Queue", "2 given up", withWorker({ queue: { ...worker().queue, failed: 2 } })],
    ["Outbox", "Held up", system({ database: { ...system().database, outbox: 3, outboxOldest: ago(90) } })],
    [
      "Carrier",
      "Fails",
      system({
        trunk: { calls: 6, answered: 1, acdSeconds: null, failed: 4, lastAnsweredAt: null, lastFailedAt: now },
      }),
    ],
    ["Mail", "Fails", system({ database: { ...system().database, mailsFailed: 1 } })],
    ["Database", "Nearly full", system({ database: { ...system().database, connections: 95 } })],
  ])("%s: %s is said to be ill", (name, state, of) => {
    expect(part(of, name)).toMatchObject({ health: "ill", state });
  });

  it("do not call a carrier ill because people did not answer, or because few called", () => {
    const trunk = { calls: 20, answered: 2, acdSeconds: null, failed: 3, lastAnsweredAt: null, lastFailedAt: null };
    expect(part(system({ trunk }), "Carrier")?.health).toBe("well");
    expect(part(system({ trunk: { ...trunk, calls: 3, failed: 3 } }), "Carrier")?.health).toBe("well");
  });
});
