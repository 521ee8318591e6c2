import {
  banByHand,
  blockByHand,
  evidenceByHand,
  forgetByHand,
  hangUpByHand,
  refuseByHand,
  rotateByHand,
  tellByHand,
} from "@/server/domain/incidents/by-hand.rules";
import type { ContainStep } from "@/server/domain/incidents/containment.schema";
import {
  effect,
  effectsOf,
  hasReplaced,
  ownersToTell,
  phonesOf,
  sourcesOf,
} from "@/server/domain/incidents/containment-acts";
import { readTenant } from "@/server/infra/db/read-tenant";
import { callsOf } from "@/workers/containment/acts";
import type { Run } from "@/workers/containment/run";

/** What does each step without the portal, as things stand now; what was done already is left out. */
const byHand: Readonly<Record<ContainStep, (run: Run) => Promise<readonly string[]>>> = {
  evidence: async ({ containment }) => evidenceByHand(containment.incident),
  refuse: async (run) => {
    const { incident, extensionId } = run.containment;
    if (extensionId === null) return refuseByHand(incident, await slugOf(run), undefined);
    const [phone] = await phones(run);
    return phone ? refuseByHand(incident, phone.slug, phone.number) : [];
  },
  hang_up: async (run) => hangUpByHand((await callsOf(run)).map(({ call }) => call)),
  rotate: async (run) => rotateByHand((await phones(run)).filter((phone) => !run.effects.has(effect.rotate(phone)))),
  contacts: async (run) =>
    forgetByHand((await phones(run)).filter((phone) => !run.effects.has(effect.contacts(phone)))),
  sources: async (run) => banByHand(run.containment.incident, await run.read((tx) => sourcesOf(tx, run.containment))),
  destinations: async (run) => blockByHand(run.containment.incident, await slugOf(run), run.containment.prefixes),
  notify: async (run) => {
    const told = await run.read((tx) => ownersToTell(tx, run.containment));
    const replaced = hasReplaced(run.effects);
    const left = told.filter(({ id }) => !run.effects.has(effect.notify(id, replaced)));
    return tellByHand(run.containment.incident, left, replaced);
  },
};

/** The commands that do a step without the portal, as things stand now: also what this run did before it failed is left out. */
export async function byHandOf(step: ContainStep, run: Run): Promise<readonly string[]> {
  const effects = await run.read((tx) => effectsOf(tx, run.ctx.tenantId, run.containment.id));
  return byHand[step]({ ...run, effects });
}

const slugOf = ({ ctx, containment: { ofTenantId } }: Run): Promise<string> =>
  readTenant(ctx.db, { tenantId: ofTenantId }, async (tx) => {
    const { slug } = await tx.tenant.findUniqueOrThrow({ where: { id: ofTenantId }, select: { slug: true } });
    return slug;
  });

async function phones(run: Run) {
  const { ctx, containment } = run;
  const slug = await slugOf(run);
  const found = await readTenant(ctx.db, { tenantId: containment.ofTenantId }, (tx) => phonesOf(tx, containment));
  return found.map((phone) => ({ ...phone, slug }));
}
