import { expect, test } from "vitest";

import { EventQueue } from "@/server/infra/ami/event-queue";
import type { PbxEvent } from "@/server/infra/ami/gateway";

const hangup = (n: number): PbxEvent => ({
  kind: "hangup",
  uniqueId: `1.${n}`,
  linkedId: "1.0",
  channel: "",
  context: "",
  cause: 16,
  atUs: 0,
});
const guess: PbxEvent = {
  kind: "security",
  event: {
    name: "InvalidPassword",
    severity: "Error",
    service: "PJSIP",
    accountId: "x",
    transport: "UDP",
    remoteAddress: "192.0.2.1",
    remotePort: 5060,
    at: new Date(0),
    detail: {},
  },
};

function slowQueue(max: number) {
  const delivered: PbxEvent[] = [];
  let losses = 0;
  const queue = new EventQueue({
    maxCalls: max,
    maxSecurity: max,
    onDropped: () => {
      losses += 1;
    },
    deliver: async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      delivered.push(event);
    },
  });
  return { queue, delivered, losses: () => losses };
}

test("what does not fit is counted, and told once, so that somebody looks for himself", async () => {
  const { queue, delivered, losses } = slowQueue(10);
  for (let n = 0; n < 25; n += 1) queue.push(hangup(n));
  expect(queue.dropped).toBe(15);
  await expect.poll(() => delivered.length).toBe(10);
  expect(losses()).toBe(1);
});

test("a flood of guesses cannot push out the end of a call, and calls come first", async () => {
  const { queue, delivered, losses } = slowQueue(50);
  for (let n = 0; n < 500; n += 1) queue.push(guess);
  queue.push(hangup(1));
  await expect.poll(() => delivered.length).toBe(51);
  expect(delivered[0]?.kind).toBe("hangup");
  expect(losses()).toBe(0);
});
