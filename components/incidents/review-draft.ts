import type { IncidentReview, Inputs } from "@/components/api/outputs";
import { stepsText } from "@/components/incidents/review-words";
import { msg, say } from "@/server/kernel/words";

/** A follow-up as it is being written; `key` names its row on the page, also before it was saved. */
export type FollowUpDraft = Readonly<{
  key: string;
  followUpId?: string | undefined;
  text: string;
  ownerId: string;
  dueOn: string;
}>;
export type ReviewDraft = Readonly<{
  cause: string;
  worked: string;
  changes: string;
  followUps: readonly FollowUpDraft[];
}>;

/** What the form begins with: what is saved, and before anything is, what was done as what worked. */
export function draftOf(review: IncidentReview, timeZone: string): ReviewDraft {
  const { version, cause, worked, changes, followUps, facts } = review;
  return {
    ...{ cause, changes },
    worked: version === 0 ? stepsText(facts.steps, timeZone).slice(0, 8_000) : worked,
    followUps: followUps.map(({ id, text, ownerId, dueOn }) => ({
      ...{ key: id, followUpId: id, text, ownerId: ownerId ?? "", dueOn: dueOn ?? "" },
    })),
  };
}

type Asked = Omit<Inputs["incidentReviews"]["save"], "tenantSlug">;

/** What is sent of a draft. Rows in which nothing is written are none. */
export function askedOf(
  { cause, worked, changes, followUps }: ReviewDraft,
  incidentId: string,
  version: number,
): Asked {
  return {
    ...{ incidentId, version, cause, worked, changes },
    followUps: writtenOf(followUps).map(({ followUpId, text, ownerId, dueOn }) => ({
      ...(followUpId ? { followUpId } : {}),
      text: text.trim(),
      ownerId: ownerId || null,
      dueOn: dueOn || null,
    })),
  };
}

/** The rows of which something is kept. */
export const writtenOf = (followUps: readonly FollowUpDraft[]): readonly FollowUpDraft[] =>
  followUps.filter(({ text }) => text.trim() !== "");

/** The draft with the ids that its rows were saved under, in the order in which they were sent. */
export function savedAs(draft: ReviewDraft, sent: readonly FollowUpDraft[], ids: readonly string[]): ReviewDraft {
  const idOf = new Map(sent.map(({ key }, at) => [key, ids[at]]));
  return {
    ...draft,
    followUps: draft.followUps.map((row) => ({ ...row, followUpId: idOf.get(row.key) ?? row.followUpId })),
  };
}

export type ReviewProblems = Partial<Record<"cause" | "worked" | "changes" | "followUps", string>>;

const missing = msg("This is still to be written.");

/** What keeps a draft from being finished, at its fields. */
export function problemsOfDraft(draft: ReviewDraft): ReviewProblems {
  const empty = (["cause", "worked", "changes"] as const).filter((part) => draft[part].trim() === "");
  const open = writtenOf(draft.followUps).some(({ ownerId, dueOn }) => ownerId === "" || dueOn === "");
  return {
    ...Object.fromEntries(empty.map((part) => [part, say(missing)])),
    ...(open ? { followUps: say(msg("Every follow-up needs somebody who does it and a day.")) } : {}),
  };
}
