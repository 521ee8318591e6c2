import { describe, expect, test } from "vitest";

import {
  cardAmountProblem,
  cardText,
  expiryText,
  paymentWords,
  purposeWords,
  requestWord,
  reversalWords,
} from "@/components/payments/payment-words";
import { cardAmountSchema } from "@/server/domain/payments/payment.schema";
import { decimalOf } from "@/server/kernel/money";

describe("words of payments", () => {
  test("name every state of a payment and of what went back; a later one as it is stored", () => {
    const states = ["pending", "paid", "failed", "refunded", "partly_refunded", "disputed", "new_one"];
    const words = states.map((state) => paymentWords(state).word);
    expect(words).toEqual(["Waiting", "Paid", "Failed", "Refunded", "Partly refunded", "Disputed", "new_one"]);
    expect(reversalWords({ kind: "refund", state: "asked" })).toBe("Refund on its way");
    expect(reversalWords({ kind: "refund", state: "lost" })).toBe("refund lost");
  });

  test("name a card as it is printed", () => {
    expect(cardText({ brand: "visa", last4: "4242" })).toBe("Visa ending in 4242");
    expect(expiryText({ expMonth: 3, expYear: 2031 })).toBe("03/31");
    expect(["pending", "approved", "rejected", "new_one"].map(requestWord)).toEqual([
      "Waiting",
      "Added",
      "Declined",
      "new_one",
    ]);
    expect([purposeWords("auto"), purposeWords("checkout")]).toEqual(["Automatic, saved card", "By card"]);
  });

  test.each([0n, 999_999n, 1_000_000n, 1_005_000n, 1_010_000n, 10_000_000_000n, 10_000_010_000n])(
    "the form and the server agree about %s micros",
    (amount) => {
      expect(cardAmountProblem(amount) === undefined).toBe(cardAmountSchema.safeParse(decimalOf(amount)).success);
    },
  );
});
