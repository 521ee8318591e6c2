import { randomUUID } from "node:crypto";

import { change } from "@/server/domain/audit/change";
import { listContainments } from "@/server/domain/incidents/containment-list";
import type { Contain, Target } from "@/server/domain/incidents/containments";
import { releaseContainment, startContainment } from "@/server/domain/incidents/containments";
import { openIncident } from "@/server/domain/incidents/incidents";
import { createExtension } from "@/server/domain/provisioning/extensions";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import { readTenant } from "@/server/infra/db/read-tenant";
import type { TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { ExtensionId, TenantId, UserId } from "@/server/kernel/ids";
import type { DeskCounts } from "@/workers/desk-counts";
import { containIncident } from "@/workers/processors/contain-incident";
import { callDesk } from "./call-desk";
import type { TestDatabase } from "./database";
import { type Stage, stage } from "./stage";
import { taskContext } from "./task-context";

/** A PBX whose channels are calls that were authorised; it can be away. */
export function pretendPbx() {
  const state = { away: false, hungUp: [] as string[], before: async () => {} };
  const reach = () => {
    if (state.away) throw new DomainError("pbx_unreachable");
  };
  const ami = {
    hangUp: async (channel: string) => {
      reach();
      await state.before();
      state.hungUp.push(channel);
      return "asked" as const;
    },
    liveChannels: async () => {
      reach();
      return [];
    },
  } as unknown as AmiGateway;
  return Object.assign(state, { ami });
}

/** A company with a reseller and a customer with real phones, and the desk that contains them. */
export async function containedStage(db: TestDatabase) {
  const on: Stage = await stage(db);
  const calls = callDesk(db.pool);
  for (const tenant of [on.reseller, on.customer]) await on.topUp(tenant, 1_000_000_000n);
  const desk = on.operator.tenantId as TenantId;
  const customer = on.customer.tenantId as TenantId;
  const me = { name: on.owners.operator, userId: on.owners.operator as UserId };
  const pbx = pretendPbx();

  const write = <T>(work: (tx: TenantWrite) => Promise<T>, tenantId = desk): Promise<T> =>
    change(
      db.app,
      { tenantId, actor: { kind: "user", id: me.userId, requestId: "r" }, action: "incident.contain" },
      async (tx) => ({ subject: "incident:test", result: await work(tx) }),
    );
  let calling = 1_700_000_000;
  return {
    ...on,
    calls,
    desk,
    customerId: customer,
    me,
    pbx,
    write,
    code: (work: Promise<unknown>) =>
      work.then(
        () => "done",
        (error: unknown) => (error instanceof DomainError ? error.code : error),
      ),
    /** A provisioned phone of the customer's that is registered. */
    realPhone: async (number: string) => {
      const made = await write((tx) => createExtension(tx, customer, { number, displayName: "Phone" }), customer);
      await db.owner.query(
        `INSERT INTO pbx.ps_contacts (id, uri, expiration_time, endpoint, user_agent) VALUES ($1, $2, $3, $4, 'Phone 1')`,
        [randomUUID(), `sip:x@198.51.100.7:5060`, String(Math.floor(Date.now() / 1000) + 300), made.sipUsername],
      );
      return { extensionId: made.id, endpoint: made.sipUsername };
    },
    incident: (title = "Calls nobody made") => write((tx) => openIncident(tx, desk, { title, severity: "high" }, me)),
    target: (phone?: { extensionId: string }): Target => ({
      tenantId: customer,
      extensionId: (phone?.extensionId ?? null) as ExtensionId | null,
    }),
    contain: (asked: Contain, by: { name: string; userId: UserId | null } = me) =>
      write((tx) => startContainment(tx, desk, asked, by)),
    release: (id: string) => write((tx) => releaseContainment(tx, desk, id, me)),
    list: (incidentId: string) =>
      readTenant(db.app, { tenantId: desk, subtree: true }, (tx) => listContainments(tx, desk, incidentId)),
    /** The job, as the queue runs it. */
    run: (containmentId: string, counts?: DeskCounts) =>
      containIncident({ containmentId }, { ...taskContext({ db: db.app, pool: db.pool }, desk), ami: pbx.ami, counts }),
    /** An answered call of a phone, as the PBX names it. */
    live: async (endpoint: string, more: { kind?: string; dialled?: string } = {}) => {
      calling += 1;
      const call = `${calling}.1`;
      await calls.authorise({ call, endpoint, ...more });
      await calls.answered(call);
      return call;
    },
    ask: (endpoint: string, more: { kind?: string; dialled?: string; e164?: string } = {}) =>
      calls.authorise({ call: randomUUID(), endpoint, ...more }),
  };
}

export type ContainedStage = Awaited<ReturnType<typeof containedStage>>;
