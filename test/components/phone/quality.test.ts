import { expect, test } from "vitest";

import { qualityOf } from "@/components/phone/quality";

const pair = { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.0424 };
const inbound = { type: "inbound-rtp", kind: "audio", packetsReceived: 990, packetsLost: 10, jitter: 0.0031 };

test("the figures of a connection, rounded as people read them", () => {
  expect(qualityOf([pair, inbound])).toEqual({ rttMs: 42, jitterMs: 3, lostPercent: 1, received: 990 });
});

test("before anything came there is no quality, and a loss below nothing is none", () => {
  expect(qualityOf([pair])).toBeUndefined();
  expect(qualityOf([{ ...inbound, packetsReceived: 0 }])).toBeUndefined();
  expect(qualityOf([{ ...inbound, packetsLost: -3 }])).toMatchObject({ lostPercent: 0, rttMs: undefined });
});
