import { listFollowUps, setFollowUpDone } from "@/server/domain/incidents/follow-ups";
import { findIncident } from "@/server/domain/incidents/incident-list";
import { getReview, type Review, saveReview } from "@/server/domain/incidents/review";
import { followUpDoneSchema, followUpFilterSchema, saveReviewSchema } from "@/server/domain/incidents/review.schema";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";
import { check } from "../check";
import { BadInput, type Command } from "../command";
import type { Desk } from "../desk";
import { memberOf } from "../member-of";

const SHAPE = "text | mail address of whoever does it | 2027-01-31";

export const incidentReview: Command = {
  summary:
    "Writes what was learnt from an incident; without a text it shows what is there. Finished with: incident move NUMBER reviewed.",
  words: ["number"],
  options: {
    cause: { value: "text", about: "what caused it" },
    worked: { value: "text", about: "what worked" },
    changes: { value: "text", about: "what changes" },
    "follow-up": { value: SHAPE, about: "what is still to be done; added to what is there", repeatable: true },
  },
  run: async (desk, given) => {
    const operator = await desk.operator();
    const incidentId = await desk.read(operator, (tx) => findIncident(tx, operator, given.word(0)));
    const before = await desk.read(operator, (tx) => getReview(tx, operator, incidentId));
    const added = given.all("follow-up");
    const typed = { cause: given.text("cause"), worked: given.text("worked"), changes: given.text("changes") };
    if (added.length === 0 && Object.values(typed).every((text) => text === undefined)) return shown(before);
    const kept = before.followUps.map(({ id, text, ownerId, dueOn }) => ({ followUpId: id, text, ownerId, dueOn }));
    const draft = check(
      saveReviewSchema,
      {
        incidentId,
        version: before.version,
        cause: typed.cause ?? before.cause,
        worked: typed.worked ?? before.worked,
        changes: typed.changes ?? before.changes,
        followUps: [...kept, ...(await Promise.all(added.map((text) => followUpOf(desk, operator, text))))],
      },
      { followUps: "follow-up" },
    );
    await desk.change(operator, "incident.write_review", async (tx) => {
      const { incident, version } = await saveReview(tx, operator, draft, { name: desk.actorName, userId: null });
      const after = { incident: incident.number, version, followUps: draft.followUps.length };
      return { subject: `incident:${incident.id}`, after, result: undefined };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return shown(await desk.read(operator, (tx) => getReview(tx, operator, incidentId)));
  },
};

/** What was typed of a follow-up, its owner by mail address. Owner and day may be left out of a draft. */
async function followUpOf(desk: Desk, operator: TenantId, typed: string) {
  const [text = "", mail = "", dueOn = ""] = typed.split("|").map((part) => part.trim());
  if (text === "") throw new BadInput(`--follow-up: ${SHAPE}.`);
  if (mail === "") return { text, ownerId: null, dueOn: dueOn || null };
  return { text, ownerId: await memberOf(desk, operator, "follow-up", mail), dueOn: dueOn || null };
}

function shown({ incidentId: _, number, ...review }: Review) {
  const { cause, worked, changes, facts, followUps, lacking, finishedAt } = review;
  const time = (at: Date | null) => at?.toISOString() ?? "never";
  const say = [
    `Review of incident ${number}: ${review.title}`,
    `first signal ${time(facts.firstAt)}, opened ${time(facts.openedAt)}, taken ${time(facts.acknowledgedAt)}`,
    `contained ${time(facts.containedAt)}, released ${time(facts.releasedAt)}, over ${time(facts.closedAt)}`,
    ...facts.losses.map(
      ({ spentMicros, currency, calls }) => `cost ${decimalOf(spentMicros)} ${currency} in ${calls} call(s)`,
    ),
    ...facts.steps.map(({ at, subject, step, count }) => `  ${time(at)}  ${subject}: ${step}, ${count}`),
    ...facts.evidence.map((one) => `  evidence: snapshot ${one.number} of ${time(one.at)}, SHA-256 ${one.sha256}`),
    `Cause: ${cause || "not written yet"}`,
    `What worked: ${worked || "not written yet"}`,
    `What changes: ${changes || "not written yet"}`,
    ...followUps.map(
      ({ id, text, ownerName, dueOn, doneAt }) =>
        `  ${doneAt ? "done" : "to do"}  ${text} (${ownerName ?? "nobody"}, ${dueOn ?? "no day"})  ${id}`,
    ),
    finishedAt
      ? `Finished ${time(finishedAt)}.`
      : lacking.length > 0
        ? `Lacking: ${lacking.join(", ")}.`
        : "Whole; not finished yet.",
  ].join("\n");
  return { value: { incident: number, ...review }, say };
}

export const incidentFollowUps: Command = {
  summary: "What is to be done because of incidents: what is due first on top.",
  options: { show: { value: "open|done", about: "what is to be done, or was", fallback: "open" } },
  run: async (desk, given) => {
    const filter = check(followUpFilterSchema, { show: given.text("show") });
    const operator = await desk.operator();
    const { items } = await desk.read(operator, (tx) => listFollowUps(tx, operator, filter));
    return {
      value: items.map(({ id, incident, text, ownerName, dueOn, late, doneAt, doneBy }) => ({
        ...{ incident, text, owner: ownerName, dueOn, late, doneAt, doneBy, id },
      })),
    };
  },
};

export const incidentFollowUp: Command = {
  summary: "Ticks a follow-up off.",
  words: ["id"],
  options: { again: { about: "it is to be done after all" } },
  run: async (desk, given) => {
    const asked = check(followUpDoneSchema, { followUpId: given.word(0), done: !given.flag("again") });
    const operator = await desk.operator();
    const { incident, text } = await desk.change(operator, "incident.do_follow_up", async (tx) => {
      const done = await setFollowUpDone(tx, operator, asked, { name: desk.actorName, userId: null });
      const after = { incident: done.incident, followUp: asked.followUpId, done: asked.done };
      return { subject: `incident:${done.incidentId}`, after, result: done };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return { value: { incident, text, done: asked.done }, say: `${asked.done ? "Done" : "To be done"}: ${text}` };
  },
};
