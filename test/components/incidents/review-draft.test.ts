import { expect, test } from "vitest";

import type { IncidentReview } from "@/components/api/outputs";
import {
  askedOf,
  draftOf,
  type Held,
  heldOf,
  metBy,
  problemsOfDraft,
  reviewAs,
  savedAs,
  writtenOf,
} from "@/components/incidents/review-draft";

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

const followUp = {
  id: "f1",
  text: "Ask",
  ownerId: "ada",
  ownerName: "Ada",
  dueOn: "2027-01-31",
  doneAt: null,
  doneBy: null,
};
const at = new Date("2027-01-01T00:00:00Z");
const review: IncidentReview = {
  ...{ incidentId: "i", number: "7", title: "Many calls", state: "resolved", shared: false, version: 3 },
  ...{ cause: "A", worked: "B", changes: "C", savedAt: null, savedBy: null, finishedAt: null, lacking: [] },
  facts: {
    ...{
      signals: 1,
      firstAt: at,
      openedAt: at,
      acknowledgedAt: null,
      containedAt: null,
      releasedAt: null,
      closedAt: null,
    },
    ...{ outcome: "", losses: [], steps: [], evidence: [] },
  },
  followUps: [followUp],
};

test("whoever left with something typed comes back to it, and nobody calls it somebody else's", () => {
  const began = heldOf(review, "UTC");
  const typed = { ...began.draft, cause: "Mine", followUps: [...began.draft.followUps, row("new", "Tell")] };
  const asked = askedOf(typed, "i", began.version);
  const saved = reviewAs(review, asked, { version: 4, followUpIds: ["f1", "f2"] });
  expect(saved).toMatchObject({
    ...{ version: 4, cause: "Mine", worked: "B" },
    followUps: [followUp, { id: "f2", text: "Tell", ownerName: null, doneAt: null }],
  });
  // Back when it was saved already, and back before that.
  const back = heldOf(saved, "UTC");
  expect(back).toEqual({ draft: draftOf(saved, "UTC"), version: 4, changed: undefined });
  expect(metBy(heldOf(review, "UTC"), saved, "UTC")).toEqual(back);
  // An answer that comes late does not undo what came since.
  expect(reviewAs({ ...review, version: 5 }, asked, { version: 4, followUpIds: [] })).toMatchObject({ version: 5 });
});

test("what is typed, or was saved here, is not taken away by what another saved", () => {
  const theirs = { ...review, version: 4, cause: "Theirs" };
  for (const changed of [true, false]) {
    const held: Held = { ...heldOf(review, "UTC"), changed };
    expect(metBy(held, theirs, "UTC")).toBe(held);
  }
  const untouched = heldOf(review, "UTC");
  expect(metBy(untouched, review, "UTC")).toBe(untouched);
});
