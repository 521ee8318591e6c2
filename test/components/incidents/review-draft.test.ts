import { expect, test } from "vitest";

import { askedOf, problemsOfDraft, savedAs, writtenOf } from "@/components/incidents/review-draft";

const row = (key: string, text: string, more: object = {}) => ({
  key,
  text,
  ownerId: "ada",
  dueOn: "2027-01-31",
  ...more,
});
const draft = (...followUps: ReturnType<typeof row>[]) => ({ cause: "A", worked: "B", changes: "C", followUps });

test("rows in which nothing is written are none, and what is left open is sent as open", () => {
  const typed = draft(
    row("1", " Ask "),
    row("2", "  "),
    row("3", "Tell", { ownerId: "", dueOn: "", followUpId: "f3" }),
  );
  expect(askedOf(typed, "i", 4)).toEqual({
    ...{ incidentId: "i", version: 4, cause: "A", worked: "B", changes: "C" },
    followUps: [
      { text: "Ask", ownerId: "ada", dueOn: "2027-01-31" },
      { followUpId: "f3", text: "Tell", ownerId: null, dueOn: null },
    ],
  });
});

test("rows keep the ids that they were saved under, also when others were added or taken off meanwhile", () => {
  const sent = writtenOf([row("1", "Ask"), row("2", ""), row("3", "Tell")]);
  const meanwhile = draft(row("3", "Tell them"), row("4", "New"));
  const ids = savedAs(meanwhile, sent, ["f1", "f3"]).followUps.map(({ followUpId }) => followUpId);
  expect(ids).toEqual(["f3", undefined]);
});

test("what keeps a draft from being finished stands at its field", () => {
  expect(problemsOfDraft(draft(row("1", "Ask")))).toEqual({});
  expect(Object.keys(problemsOfDraft({ ...draft(row("1", "Ask", { dueOn: "" })), cause: " " }))).toEqual([
    "cause",
    "followUps",
  ]);
});
