import type { z } from "zod";

import { type ContainStep, containPreviewSchema, containSchema } from "@/server/domain/incidents/containment.schema";
import {
  type ContainmentRow,
  type ContainPreview,
  listContainments,
  previewContainment,
  targetNamed,
} from "@/server/domain/incidents/containment-list";
import { releaseContainment, startContainment } from "@/server/domain/incidents/containments";
import { findIncident } from "@/server/domain/incidents/incident-list";
import { keptWords } from "@/server/domain/incidents/kept-source.schema";
import type { TenantId } from "@/server/kernel/ids";
import { decimalOf } from "@/server/kernel/money";
import { check } from "../check";
import type { Command } from "../command";
import type { Desk } from "../desk";

async function found(desk: Desk, number: string) {
  const operator = await desk.operator();
  const incidentId = await desk.read(operator, (tx) => findIncident(tx, operator, number));
  return { operator, incidentId };
}

const listed = (text: string | undefined): string[] => (text ? text.split(",").map((part) => part.trim()) : []);

export const incidentContain: Command = {
  summary: "Stops the calls of an extension or tenant for an incident; emergency numbers can still be dialled.",
  words: ["number"],
  options: {
    tenant: { value: "slug", about: "whose calls", required: true },
    extension: { value: "101", about: "only this extension" },
    prefixes: { value: "881,252", about: "also stop the whole tenant's calls to numbers that begin so" },
    skip: { value: "rotate,notify", about: "leave out hang_up, rotate, contacts or notify" },
    text: { value: "text", about: "why, for the timeline" },
    preview: { about: "only say what would be done" },
  },
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const named = { incidentId, ofSlug: given.must("tenant"), extension: given.text("extension") };
    if (given.flag("preview")) return previewed(desk, operator, check(containPreviewSchema, named));
    const asked = check(containSchema, {
      ...named,
      prefixes: listed(given.text("prefixes")),
      skip: listed(given.text("skip")),
      text: given.text("text"),
    });
    return contained(desk, operator, asked);
  },
};

async function previewed(desk: Desk, operator: TenantId, named: z.output<typeof containPreviewSchema>) {
  const preview = await desk.readBelow(operator, async (tx) =>
    previewContainment(tx, operator, { incidentId: named.incidentId, target: await targetNamed(tx, named) }),
  );
  return { value: preview, say: wordsOf(preview) };
}

const wordsOf = (preview: ContainPreview): string =>
  [
    `Would stop the calls of ${preview.subject}:`,
    `  refuse new calls of ${preview.extensions} extension(s); emergency numbers pass`,
    `  hang up ${preview.liveCalls} live call(s), which hold ${decimalOf(preview.heldMicros)} ${preview.currency}`,
    `  replace ${preview.extensions} secret(s) for good`,
    `  forget ${preview.phones.length} registered phone(s), which cannot call at all until they get a new secret`,
    ...preview.sources.map(({ network, kept }) =>
      kept ? `  not ban ${network}: kept, because ${keptWords(kept)}` : `  ban ${network} for a day`,
    ),
    ...preview.tell.map(({ name, owners }) => `  mail ${owners} owner(s) of ${name}`),
    ...preview.destinations.map(({ prefix, calls }) => `  called in 24 hours: ${prefix} ${calls} times`),
    ...(preview.heldBy.length > 0 ? [`  held already by incident ${preview.heldBy.join(", ")}`] : []),
  ].join("\n");

async function contained(desk: Desk, operator: TenantId, asked: z.output<typeof containSchema>) {
  const { incidentId, prefixes, skip, text } = asked;
  const target = await desk.readBelow(operator, (tx) => targetNamed(tx, asked));
  const result = await desk.change(operator, "incident.contain", async (tx) => {
    const wanted = { incidentId, target, prefixes, skip, note: text };
    const done = await startContainment(tx, operator, wanted, { name: desk.actorName, userId: null });
    const { incident, subject, joined } = done;
    const after = { incident, subject, joined, prefixes: prefixes.join(" "), skip: skip.join(" ") };
    const alsoFor = target.tenantId === operator ? [] : [target.tenantId];
    return { subject: `incident:${incidentId}`, after, alsoFor, result: done };
  });
  await desk.publish(operator, ["incidents", "audit"]);
  await desk.publish(target.tenantId, ["extensions", "audit"]);
  const { id, incident, subject, joined } = result;
  const say = `New calls of ${subject} are refused; the other steps are on their way: ringfence incident containments ${incident}.`;
  return { value: { id, incident, subject, joined }, say };
}

export const incidentContainments: Command = {
  summary: "What an incident stops or stopped, step by step, with what can be done by hand.",
  words: ["number"],
  options: {},
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const rows = await desk.readBelow(operator, (tx) => listContainments(tx, operator, incidentId));
    const say = rows
      .flatMap(({ subject, releasedAt, steps }) => [
        `${subject}: ${releasedAt ? "released" : "contained"}`,
        ...steps.map(({ step, state, count, error }) => `  ${step}  ${state}  ${count}${error && `  ${error}`}`),
        ...steps.flatMap(({ byHand }) => byHand.map((line) => `    ${line}`)),
      ])
      .join("\n");
    return { value: rows, say };
  },
};

const words: Readonly<Record<ContainStep, string>> = {
  evidence: "",
  refuse: "",
  hang_up: "calls that were ended stay ended",
  rotate: "the secrets stay replaced: give each phone a new one with ringfence extension rotate",
  contacts: "the phones have to register again",
  sources: "",
  destinations: "",
  notify: "the mails were sent",
};

export const incidentRelease: Command = {
  summary: "Lets calls through again that an incident stopped; what another incident holds stays stopped.",
  words: ["number"],
  options: {
    tenant: { value: "slug", about: "only what was contained of this tenant" },
    extension: { value: "101", about: "only this extension" },
    preview: { about: "only say what would be lifted and what stays" },
  },
  run: async (desk, given) => {
    const { operator, incidentId } = await found(desk, given.word(0));
    const [slug, extension] = [given.text("tenant"), given.text("extension")];
    const rows = (await desk.readBelow(operator, (tx) => listContainments(tx, operator, incidentId))).filter(
      (row) =>
        row.releasedAt === null &&
        (slug === undefined || row.tenantSlug === slug) &&
        (extension === undefined || row.extension === extension),
    );
    const preview = given.flag("preview");
    if (!preview) for (const row of rows) await release(desk, operator, row.id);
    const done = preview ? "Would let through again" : "Let through again";
    const say = rows.length === 0 ? "It stops nothing." : rows.map((row) => `${done}: ${endOf(row)}`).join("\n");
    const value = rows.map(({ id, subject, alsoHeldBy, steps }) => ({
      id,
      subject,
      alsoHeldBy,
      stays: staysOf(steps),
    }));
    return { value, say };
  },
};

const staysOf = (steps: ContainmentRow["steps"]) =>
  steps.filter(({ step, state }) => state === "done" && words[step] !== "").map(({ step }) => step);

function endOf({ subject, alsoHeldBy, steps }: ContainmentRow): string {
  const held = alsoHeldBy.length > 0 ? [`still stopped by incident ${alsoHeldBy.join(", ")}`] : [];
  return [subject, ...held, ...staysOf(steps).map((step) => words[step])].join("; ");
}

async function release(desk: Desk, operator: TenantId, id: string): Promise<void> {
  const of = await desk.change(operator, "incident.release", async (tx) => {
    const done = await releaseContainment(tx, operator, id, { name: desk.actorName, userId: null });
    const { incidentId, incident, subject, lifted, stillHeld, ofTenantId } = done;
    const after = { incident, subject, lifted, stillHeld };
    const alsoFor = ofTenantId === operator ? [] : [ofTenantId];
    return { subject: `incident:${incidentId}`, after, alsoFor, result: ofTenantId };
  });
  await desk.publish(operator, ["incidents", "audit"]);
  await desk.publish(of, ["extensions", "audit"]);
}
