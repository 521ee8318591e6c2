import { dismissReasons } from "@/server/domain/incidents/dismiss-reasons.schema";
import {
  commentSchema,
  incidentFilterSchema,
  mergeSchema,
  moveIncidentSchema,
} from "@/server/domain/incidents/incident.schema";
import { findIncident, getIncident, listIncidents } from "@/server/domain/incidents/incident-list";
import {
  commentIncident,
  type IncidentOf,
  mergeIncident,
  unmergeIncident,
  type Worker,
} from "@/server/domain/incidents/incidents";
import { exposureText, lossLines } from "@/server/domain/incidents/loss";
import { moveIncident } from "@/server/domain/incidents/move-incident";
import { check, checkCount } from "../check";
import type { Command } from "../command";
import type { Desk } from "../desk";

const worker = (desk: Desk): Worker => ({ name: desk.actorName, userId: null });
const values = ({ number, state, severity }: IncidentOf) => ({ incident: number, state, severity });

async function found(desk: Desk, number: string) {
  const operator = await desk.operator();
  const incidentId = await desk.read(operator, (tx) => findIncident(tx, operator, number));
  return { operator, incidentId };
}

export const incidentList: Command = {
  summary: "Incidents: what waits for somebody first, in it the worst; what is over by when it was last seen.",
  options: {
    show: { value: "active|snoozed|closed", about: "what needs somebody, is put off, or is over", fallback: "active" },
    severity: { value: "low", about: "only low, medium, high or critical" },
    view: {
      value: "unassigned|late|contained",
      about: "only what is nobody's, over its time, or contained and not resolved",
    },
    text: { value: "text", about: "a number, or a part of the title, of an address, user name or extension" },
    limit: { value: "100", about: "how many", fallback: "100" },
  },
  run: async (desk, given) => {
    const limit = Math.min(checkCount("limit", given.text("limit"), 100), 200);
    const typed = {
      show: given.text("show"),
      severity: given.text("severity"),
      view: given.text("view"),
      text: given.text("text"),
    };
    const filter = check(incidentFilterSchema, typed);
    const operator = await desk.operator();
    const { items } = await desk.readBelow(operator, (tx) => listIncidents(tx, operator, { ...filter, limit }));
    return {
      value: items.map(
        ({ number, severity, state, title, source, signals, losses, due, firstAt, lastAt, ownerName }) => ({
          incident: number,
          severity,
          state,
          title,
          source,
          signals,
          exposure: exposureText(losses),
          firstAt,
          lastAt,
          dueAt: due?.dueAt ?? null,
          owner: ownerName,
        }),
      ),
    };
  },
};

export const incidentShow: Command = {
  summary: "One incident: what it touches, and its timeline.",
  words: ["number"],
  options: {},
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const {
      id: _,
      ownerId: __,
      timeline: { lines },
      ...incident
    } = await desk.readBelow(operator, (tx) => getIncident(tx, operator, incidentId));
    const say = [
      `Incident ${incident.number}: ${incident.title}`,
      `${incident.severity}, ${incident.state}, ${incident.signals} signals, owner ${incident.ownerName ?? "nobody"}`,
      ...(incident.losses.length > 0 ? [lossLines(incident.losses).trimEnd()] : []),
      ...incident.subjects.map(({ kind, value, signals }) => `  ${kind} ${value}: ${signals}`),
      ...lines.map(({ at, actor, kind, body }) => `${at.toISOString()}  ${actor}  ${kind}${body ? `: ${body}` : ""}`),
    ].join("\n");
    return { value: { ...incident, lines }, say };
  },
};

export const incidentMove: Command = {
  summary: "Moves an incident to another state: open, contained, monitoring, resolved, reviewed or dismissed.",
  words: ["number", "state"],
  options: {
    reason: { value: dismissReasons.join("|"), about: "why it is dismissed; needed for that" },
    text: { value: "text", about: "why; needed to resolve and open again, and to dismiss for another reason" },
  },
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const move = check(moveIncidentSchema, {
      incidentId,
      state: given.word(1),
      reason: given.text("reason"),
      text: given.text("text"),
    });
    const result = await desk.change(operator, "incident.move", async (tx) => {
      const { before, after } = await moveIncident(tx, operator, move, worker(desk));
      return { subject: `incident:${incidentId}`, before: values(before), after: values(after), result: after };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return { value: values(result), say: `Incident ${result.number} is ${result.state}.` };
  },
};

export const incidentComment: Command = {
  summary: "Adds a comment to the timeline of an incident.",
  words: ["number"],
  options: { text: { value: "text", about: "what to write", required: true } },
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const comment = check(commentSchema, { incidentId, text: given.must("text") });
    const result = await desk.change(operator, "incident.comment", async (tx) => {
      const incident = await commentIncident(tx, operator, comment, worker(desk));
      return { subject: `incident:${incidentId}`, after: { incident: incident.number }, result: incident };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return { value: values(result), say: `Written to incident ${result.number}.` };
  },
};

export const incidentMerge: Command = {
  summary: "Makes an incident part of another.",
  words: ["number", "into"],
  options: {},
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const { incidentId: intoIncidentId } = await found(desk, given.word(1));
    const merge = check(mergeSchema, { incidentId, intoIncidentId });
    const { incident, into } = await desk.change(operator, "incident.merge", async (tx) => {
      const result = await mergeIncident(tx, operator, merge, worker(desk));
      const after = { incident: result.incident.number, into: result.into.number };
      return { subject: `incident:${incidentId}`, after, result };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    const value = { incident: incident.number, into: into.number };
    return { value, say: `Incident ${incident.number} is part of ${into.number} now.` };
  },
};

export const incidentUnmerge: Command = {
  summary: "Takes an incident out of the one it was merged into.",
  words: ["number"],
  options: {},
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const { incident, from } = await desk.change(operator, "incident.unmerge", async (tx) => {
      const result = await unmergeIncident(tx, operator, incidentId, worker(desk));
      const after = { incident: result.incident.number, from: result.from };
      return { subject: `incident:${incidentId}`, after, result };
    });
    await desk.publish(operator, ["incidents", "audit"]);
    return { value: { incident: incident.number, from }, say: `Incident ${incident.number} stands for itself.` };
  },
};
