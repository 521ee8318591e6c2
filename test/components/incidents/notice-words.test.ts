import { expect, test } from "vitest";

import { eventText, noticeText, seenText, whatToDo } from "@/components/incidents/notice-words";

const phone = { number: "101", name: "Desk", deleted: false, suspended: false, stopped: false, secretChangedAt: null };
const extensions = [{ ...phone, signals: 25 }];
const base = { state: "open", whole: false, stopped: false, extensions } as const;

test("only who tried to sign in as a phone is called a stranger", () => {
  const guessed = { ...base, kind: "sip_attack", attack: true };
  expect(noticeText(guessed)).toBe("Somebody who is not you used the name of one of your phones");
  expect(seenText(guessed)).toBe("");
  for (const kind of ["off_hours", "short_calls", "refused", "repeated", "moves", "manual"]) {
    const notice = { ...base, kind, attack: false };
    expect(noticeText(notice)).toBe("Your provider looks into one of your phones");
    expect(whatToDo(notice)).toMatch(/whether these calls were yours/);
  }
  expect(seenText({ kind: "repeated", attack: false })).toBe("One number was called again and again.");
});

test("a notice about all of a tenant names no number of phones, and says what to do where calls are stopped", () => {
  const whole = { ...base, kind: "manual", attack: false, whole: true, stopped: true, extensions: [] };
  expect(noticeText(whole)).toBe("Your provider looks into your account");
  expect(whatToDo(whole)).toMatch(/ask your provider/);
  expect(whatToDo({ ...whole, kind: "denied", stopped: false })).toBe("");
});

test("what was done is told in sentences, for one phone, a deleted one and all", () => {
  const at = new Date();
  const stopped = { what: "stopped", at, phone: "104", calls: 2, secrets: 1 } as const;
  expect(eventText(stopped, "Hansa")).toBe(
    "The calls of 104 were stopped, except to emergency numbers. 2 calls under way were ended. 1 SIP secret was replaced.",
  );
  expect(eventText({ ...stopped, phone: null, calls: 0, secrets: 0 }, "Hansa")).toBe(
    "All calls were stopped, except to emergency numbers.",
  );
  expect(eventText({ ...stopped, what: "let_go", phone: "" }, "Hansa")).toBe(
    "The stop of a deleted extension was lifted.",
  );
  expect(eventText({ what: "told", at, text: "Look." }, "Hansa")).toBe("Hansa wrote to you:");
});
