import type { TxtLookup } from "@/server/domain/brands/hosts";
import type { Fingerprint } from "@/server/domain/system/manager-secret.rules";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { Db } from "@/server/infra/db/client";
import type { SqlPool } from "@/server/infra/db/pool";
import type { Logger } from "@/server/infra/log/logger";
import type { Mailer } from "@/server/infra/mail/mailer";
import type { SmsSender } from "@/server/infra/notify/sms";
import type { PaymentProvider } from "@/server/infra/payments/provider";
import type { TenantId } from "@/server/kernel/ids";
import type { JobKey, Jobs, PayloadOf } from "@/server/queue/jobs";
import type { Reconciler } from "@/workers/calls/reconcile";
import type { DeskCounts } from "@/workers/desk-counts";

export type SystemContext = {
  readonly jobId: string;
  readonly db: Db;
  readonly pool: SqlPool;
  /** undefined where no PBX is connected. */
  readonly ami: AmiGateway | undefined;
  /** undefined where no mail server is named. */
  readonly mailer?: Mailer | undefined;
  /** undefined where no provider of short messages is named. */
  readonly sms?: SmsSender | undefined;
  /** Runs a job that was given up once more. */
  readonly retry?: (id: string) => Promise<"asked" | "gone">;
  readonly reconciler: Pick<Reconciler, "run">;
  /** undefined where money cannot come by card. */
  readonly payments?: PaymentProvider | undefined;
  /** Asks the DNS; undefined where nobody does. */
  readonly lookupTxt?: TxtLookup | undefined;
  /** undefined where nobody monitors. */
  readonly counts?: Pick<DeskCounts, "step" | "contained"> | undefined;
  readonly log: Logger;
  readonly pbx: string;
  readonly settings: Readonly<{
    /** Where people find the portal, for what is written to them. */
    appUrl: string;
    /** What the operator posts above it wants a second person; micros. */
    approvalLimit?: bigint | undefined;
    securityEventRetentionDays: number;
    /** What the key of the tokens of numbers is made from; without it none are replaced. */
    pseudonymSecret?: string | undefined;
    /** Fingerprints of the secrets that the workers show the PBX. */
    managerSecrets?: readonly Fingerprint[];
    auditFile: string | undefined;
    /** Where the heads of the chains are noted. */
    auditAnchorFile?: string | undefined;
    /** A copy that is larger is put aside; those put aside are kept for so many days. */
    auditFileMaxBytes?: number;
    auditRetentionDays?: number;
    /** What secrets of webhooks are derived with. */
    webhookKey?: string;
    /** Whether messages may go to this machine and to private networks. */
    privateTargets?: boolean;
    /** How long the items of a snapshot may take, and then its storing; milliseconds. */
    evidence?: Readonly<{ itemsMs: number; sealMs: number }>;
    /** Where the bans that hold are written for a firewall, and which ports it guards. */
    banExport?: Readonly<{ folder: string; ports: Readonly<{ sip: number; web: number }> }> | undefined;
  }>;
};

/** A tenant's job also knows for whom it acts. */
export type TenantContext = SystemContext & { readonly tenantId: TenantId };

type ContextOf<K extends JobKey> = Jobs[K]["scope"] extends "tenant" ? TenantContext : SystemContext;
export type Processor<K extends JobKey> = (payload: PayloadOf<K>, ctx: ContextOf<K>) => Promise<void>;
export type Processors = { readonly [K in JobKey]: Processor<K> };
