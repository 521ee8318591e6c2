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

/** A form's draft, the version that it began with or was saved as, and whether it differs: undefined while nobody typed. */
export type Held = Readonly<{ draft: ReviewDraft; version: number; changed: boolean | undefined }>;

export const heldOf = (review: IncidentReview, timeZone: string): Held => ({
  draft: draftOf(review, timeZone),
  version: review.version,
  changed: undefined,
});

/**
 * What a form holds when it meets a review that may be newer. Where nobody typed there is nothing to be kept, so it is taken: it
 * may be one's own, which was saved when one left and came only now.
 */
export const metBy = (held: Held, review: IncidentReview, timeZone: string): Held =>
  held.changed === undefined && review.version > held.version ? heldOf(review, timeZone) : held;

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

type Saved = Readonly<{ version: number; followUpIds: readonly string[] }>;

/** The review as it was saved, for whoever comes back before it was asked for again: who saved it when is told then. */
export function reviewAs(review: IncidentReview, asked: Asked, { version, followUpIds }: Saved): IncidentReview {
  if (review.version >= version) return review;
  const known = new Map(review.followUps.map((one) => [one.id, one]));
  const { cause, worked, changes } = asked;
  const followUps = asked.followUps.flatMap(({ text, ownerId, dueOn }, at) => {
    const id = followUpIds[at];
    if (id === undefined) return [];
    const before = known.get(id) ?? { doneAt: null, doneBy: null };
    const ownerName = known.get(id)?.ownerId === ownerId ? (known.get(id)?.ownerName ?? null) : null;
    return [{ ...before, ...{ id, text, ownerId, ownerName, dueOn } }];
  });
  return { ...review, ...{ version, cause, worked, changes, followUps } };
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
