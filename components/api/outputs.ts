import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";

import type { AppRouter } from "@/server/api/root";

/** What each procedure answers and asks for, as the router says; no shape is written down twice. */
export type Outputs = inferRouterOutputs<AppRouter>;
export type Inputs = inferRouterInputs<AppRouter>;

export type Shell = Outputs["shell"]["get"];
export type CallRow = Outputs["calls"]["list"]["items"][number];
export type CallDetail = Outputs["calls"]["get"];
export type LiveCall = Outputs["calls"]["live"]["items"][number];
export type ExtensionRow = Outputs["extensions"]["list"]["items"][number];
export type NewSecret = Outputs["extensions"]["create"];
export type LedgerRow = Outputs["billing"]["ledger"]["items"][number];
export type StatementRow = Outputs["statements"]["list"]["items"][number];
export type MailRow = Outputs["mail"]["list"]["items"][number];
export type TenantRow = Outputs["tenants"]["list"]["items"][number];
export type DifferenceRow = Outputs["reconciliation"]["list"]["items"][number];
export type ReconciliationBoard = Outputs["reconciliation"]["board"];
export type CdrFileRow = Outputs["cdrImports"]["get"];
export type SecurityEventRow = Outputs["securityEvents"]["list"]["items"][number];
export type SecurityEventDetail = Outputs["securityEvents"]["get"];
export type AuditRow = Outputs["audit"]["list"]["items"][number];
export type DisputeRow = Outputs["disputes"]["list"]["items"][number];
export type IncidentRow = Outputs["incidents"]["list"]["items"][number];
export type ContainmentRow = Outputs["containment"]["list"][number];
export type ContainSum = Outputs["incidentsMany"]["containPreview"];
export type ContainPreview = Outputs["containment"]["preview"];
export type IncidentDetail = Outputs["incidents"]["get"];
export type IncidentReview = Outputs["incidentReviews"]["get"];
export type FollowUp = IncidentReview["followUps"][number];
export type FollowUpRow = Outputs["incidentReviews"]["followUps"]["items"][number];
export type RuleRow = Outputs["rules"]["list"]["items"][number];
export type DisputeDetail = Outputs["disputes"]["get"];
export type RetentionBoard = Outputs["retention"]["board"];
export type RetentionLine = Outputs["retention"]["dryRun"][number];
export type HoldRow = Outputs["evidence"]["holds"][number];
export type ErasureRow = Outputs["subjects"]["erasures"][number];
export type Payments = Outputs["payments"]["list"];
export type PaymentRow = Payments["items"][number];
export type NumberRow = Outputs["numbers"]["list"]["items"][number];
export type VoucherBatch = Outputs["vouchers"]["list"]["items"][number];
export type PendingTopUp = Outputs["approvals"]["list"]["items"][number];
export type AutoTopUpSettings = NonNullable<Outputs["autoTopUp"]["get"]["settings"]>;
