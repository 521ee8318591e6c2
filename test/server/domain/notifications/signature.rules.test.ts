import { expect, test } from "vitest";

import { secretOf, signedHeaders, webhookKeyOf } from "@/server/domain/notifications/signature.rules";

test("signs as the example of Standard Webhooks says", () => {
  const headers = signedHeaders("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: 1_614_265_330,
    body: '{"test": 2432232314}',
  });
  expect(headers).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("each target, version and installation has a secret of its own, of 256 bits", () => {
  const key = webhookKeyOf("an installation's secret");
  const of = (targetId: string, version: number, by = key) => secretOf(by, { targetId, version });
  expect(of("a", 1)).toBe(of("a", 1));
  expect(new Set([of("a", 1), of("a", 2), of("b", 1), of("a", 1, webhookKeyOf("another"))]).size).toBe(4);
  expect(Buffer.from(of("a", 1).slice(6), "base64")).toHaveLength(32);
});
