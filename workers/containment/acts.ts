import type { AuditAction } from "@/server/domain/audit/actions";
import { type Changed, change } from "@/server/domain/audit/change";
import { openCalls } from "@/server/domain/calls/call-control";
import { takeSnapshot } from "@/server/domain/evidence/take";
import { placeBlock } from "@/server/domain/incidents/blocks";
import {
  banSources,
  effect,
  effectsOf,
  forgetPhones,
  hasReplaced,
  NothingToDo,
  phonesOf,
  replaceSecret,
  tellAgain,
  tellTenant,
  tenantsToTell,
} from "@/server/domain/incidents/containment-acts";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { hangUpAll, mayBeEnded, seeGone } from "@/workers/calls/end-calls";
import { type Acts, NotHeld, type Run } from "@/workers/containment/run";

/** The calls that a containment ends: those that may be, of its tenant or phone. */
export async function callsOf({ ctx, containment }: Run) {
  const { ofTenantId, extensionId } = containment;
  return (await openCalls(ctx.pool, ctx.pbx)).filter(
    (call) =>
      call.tenantId === ofTenantId && (extensionId === null || call.extensionId === extensionId) && mayBeEnded(call),
  );
}

async function mustBeHeld({ ctx, containment, read }: Run): Promise<void> {
  const held = await read((tx) =>
    tx.containment.findUnique({
      where: { tenantId_id: { tenantId: ctx.tenantId, id: containment.id } },
      select: { releasedAt: true },
    }),
  );
  if (held?.releasedAt !== null) throw new NotHeld();
}

/** One change in the trail of the tenant that it is done to. What is done by now, or must not be, writes nothing. */
async function once(
  { ctx }: Run,
  tenantId: TenantId,
  action: AuditAction,
  work: (tx: TenantWrite) => Promise<Changed<number>>,
): Promise<number> {
  const actor = { kind: "job", id: "incident.contain", requestId: ctx.jobId } as const;
  try {
    return await change(ctx.db, { tenantId, actingTenantId: ctx.tenantId, actor, action }, work);
  } catch (error) {
    if (error instanceof NothingToDo) return 0;
    // A phone that was deleted in between has no secret and no registration.
    if (error instanceof DomainError && error.code === "not_found") return 0;
    throw error;
  }
}

const phones = ({ ctx, containment }: Run) =>
  readTenant(ctx.db, { tenantId: containment.ofTenantId }, (tx) => phonesOf(tx, containment));
const actOf = ({ ctx, containment }: Run) => ({ deskId: ctx.tenantId, containment });

export const acts: Acts = {
  // Two seconds at most, and never in the way of the rest: the block alone was placed before, which changes nothing of it.
  evidence: async (run) => {
    const { ctx, containment } = run;
    const { id, incidentId, subject, createdBy, ofTenantId, extensionId } = containment;
    const beside = { tenantIds: [ofTenantId], extensionIds: extensionId === null ? [] : [extensionId] };
    const actor = { kind: "job", id: "incident.contain", requestId: ctx.jobId } as const;
    const asked = { incidentId, key: id, reason: `Before ${subject} is contained`, takenBy: createdBy, actor, beside };
    await takeSnapshot({ db: ctx.db, ami: ctx.ami, ...ctx.settings.evidence }, ctx.tenantId, asked);
    run.tally.count = 1;
    return undefined;
  },

  // Placed with the decision itself, so that nothing comes in between.
  refuse: async () => undefined,

  hang_up: async (run) => {
    const calls = await callsOf(run);
    // The list is older than this question: a call that was allowed again after a release cannot be in it.
    await mustBeHeld(run);
    try {
      await hangUpAll(run.ctx.ami, calls);
      run.tally.count = calls.length;
    } catch (error) {
      if (error instanceof DomainError) run.tally.count = Number(error.detail["asked"] ?? 0);
      throw error;
    }
    await seeGone(run.ctx.ami, calls);
    return undefined;
  },

  rotate: async (run) => {
    const { id, incident, ofTenantId } = run.containment;
    for (const phone of await phones(run)) {
      if (run.effects.has(effect.rotate(phone))) continue;
      run.tally.count += await once(run, ofTenantId, "extension.rotate_secret", async (tx) => {
        await replaceSecret(tx, actOf(run), phone);
        return { subject: `extension:${phone.id}`, after: { number: phone.number, incident }, result: 1 };
      });
    }
    return (tx) => tellAgain(tx, run.ctx.tenantId, id);
  },

  contacts: async (run) => {
    const { incident, ofTenantId } = run.containment;
    for (const phone of await phones(run)) {
      if (run.effects.has(effect.contacts(phone))) continue;
      run.tally.count += await once(run, ofTenantId, "extension.forget_phones", async (tx) => {
        const result = await forgetPhones(tx, actOf(run), phone);
        return { subject: `extension:${phone.id}`, after: { number: phone.number, incident, phones: result }, result };
      });
    }
    return undefined;
  },

  // After the phones were forgotten, so that none of them stands in the way.
  sources: async (run) => {
    const { id, incident, incidentId } = run.containment;
    run.tally.count = await once(run, run.ctx.tenantId, "ban.place", async (tx) => {
      const networks = await banSources(tx, id);
      if (networks.length === 0) throw new NothingToDo();
      const after = { incident, networks: networks.join(" "), scope: "sip" };
      return { subject: `incident:${incidentId}`, after, result: networks.length };
    });
    return undefined;
  },

  destinations: async (run) => {
    const { prefixes, ofTenantId, incidentId } = run.containment;
    run.tally.count = prefixes.length;
    return async (tx) => {
      for (const prefix of prefixes) {
        const subject = { kind: "destination", prefix } as const;
        await placeBlock(tx, { tenantId: ofTenantId, subject, owner: { incidentId }, reason: "" });
      }
    };
  },

  notify: async (run) => {
    const { appUrl } = run.ctx.settings;
    // As it is now: this very run may have replaced secrets, or failed to.
    const effects = await run.read((tx) => effectsOf(tx, run.ctx.tenantId, run.containment.id));
    const replaced = hasReplaced(effects);
    for (const told of await run.read((tx) => tenantsToTell(tx, run.containment))) {
      if (effects.has(effect.notify(told.id, replaced))) continue;
      run.tally.count += await once(run, told.id, "incident.tell_tenant", async (tx) => {
        const result = await tellTenant(tx, actOf(run), told, { appUrl, replaced });
        const after = { incident: run.containment.incident, mails: result };
        return { subject: `incident:${run.containment.incidentId}`, after, result };
      });
    }
    return undefined;
  },
};
