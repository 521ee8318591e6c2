import type { Severity } from "@/server/domain/incidents/incident.schema";
import type { TenantRead } from "@/server/infra/db/tenant-tx";

/** What was done, as whom it is about may read it. */
export type NoticeEvent = { readonly at: Date } & (
  | { readonly what: "opened" | "over" }
  | {
      readonly what: "stopped" | "let_go";
      /** The number of the one extension, empty for a deleted one; null where all of the tenant was stopped. */
      readonly phone: string | null;
      /** Calls under way that were ended, and secrets that were replaced. */
      readonly calls: number;
      readonly secrets: number;
    }
  /** What the desk wrote to this very tenant. */
  | { readonly what: "told"; readonly text: string }
);

export type Notice = {
  readonly number: string;
  /** open: it is looked into; stopped: what was done holds; over. */
  readonly state: "open" | "stopped" | "over";
  readonly severity: Severity;
  /** What was seen, as the kind of the incident: "sip_attack", "manual", or the signal of a rule. */
  readonly kind: string;
  /** Somebody tried to sign in as its phones: nothing that the phones did themselves. */
  readonly attack: boolean;
  readonly tenantName: string;
  readonly tenantSlug: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly stoppedAt: Date | null;
  readonly overAt: Date | null;
  /** It is about all of the tenant, not only some of its phones. */
  readonly whole: boolean;
  /** All its calls are stopped because of this, except to emergency numbers. */
  readonly stopped: boolean;
  readonly extensions: readonly {
    readonly number: string;
    readonly name: string;
    readonly signals: number;
    readonly deleted: boolean;
    readonly suspended: boolean;
    /** Its calls are stopped because of this, except to emergency numbers. */
    readonly stopped: boolean;
    readonly secretChangedAt: string | null;
  }[];
  /** The nearest brand above the tenant, else the operator's name. */
  readonly company: string;
  /** The oldest first. */
  readonly history: readonly NoticeEvent[];
};

type Stored = Omit<Notice, "number" | "attack" | "stoppedAt" | "overAt" | "history"> & {
  number: bigint;
  history: (Omit<NoticeEvent, "at"> & { at: string })[];
  contained: Date | null;
  closed: Date | null;
};

/**
 * What the tenant acted on may read of the operator's incidents that touch or contain it or its phones, or tenants below: newest
 * first, at most 100. No other tenant is in it, and of what the desk wrote only what it wrote to that tenant.
 */
export async function listNotices(tx: TenantRead): Promise<Notice[]> {
  const rows = await tx.$queryRaw<Stored[]>`
    SELECT number, kind, state, severity, tenant_name AS "tenantName", tenant_slug AS "tenantSlug", first_at AS "firstAt", last_at AS "lastAt",
      contained_at AS contained, closed_at AS closed, whole, stopped, extensions, company, history FROM incident_notices(100)`;
  return rows.map(({ number, contained, closed, history, ...row }) => ({
    ...row,
    number: String(number),
    attack: row.kind === "sip_attack",
    stoppedAt: contained,
    overAt: closed,
    history: history.map((event) => ({ ...event, at: new Date(event.at) }) as NoticeEvent),
  }));
}
