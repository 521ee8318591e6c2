import { expect, test } from "vitest";

import { mailState } from "@/components/mail/mail-words";

test("each state of a mail has its word, and one that waits says how often it was tried", () => {
  const text = (state: "queued" | "held" | "sent" | "failed", attempts = 0) => mailState({ state, attempts }).text;
  expect([text("sent", 3), text("failed", 1), text("held")]).toEqual(["Sent", "Failed", "Held"]);
  expect([text("queued"), text("queued", 1), text("queued", 4)]).toEqual([
    "Waits",
    "Waits, tried once",
    "Waits, tried 4 times",
  ]);
});
