import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import type { AuditAction } from "@/server/domain/audit/actions";
import type { JobKey } from "@/server/queue/jobs";
import { processors } from "@/workers/processors/all";

/** The event that a job leaves, and where it is written; or why none is due. A new job does not compile without its line. */
type Line = Readonly<{ event: AuditAction; in: string }> | Readonly<{ none: string }>;

const lines = {
  hangUpOfSubject: { event: "call.hang_up", in: "workers/processors/hang-up-of-subject.ts" },
  ringForEcho: { event: "extension.call_echo", in: "workers/processors/ring-for-echo.ts" },
  runTask: { none: "whoever asked for the task is in the trail; what its work changes says so itself" },
  retryJob: { none: "whoever asked is in the trail; the job that runs once more leaves its own event" },
  sweepRetentionNow: { event: "retention.sweep", in: "prisma/migrations/0054_retention/migration.sql" },
  refundPayment: { event: "billing.refund", in: "workers/processors/refund-payment.ts" },
  autoTopUp: { event: "billing.auto_top_up", in: "workers/processors/auto-top-up.ts" },
  tellOwners: { event: "billing.tell_owners", in: "workers/processors/tell-owners.ts" },
  followUpPayments: { event: "billing.payment_event", in: "server/domain/payments/receive-event.ts" },
  sendMail: { none: "the mail itself tells what became of it; who asked for it is in the trail" },
  issueStatements: { event: "statement.issue", in: "workers/processors/issue-statements.ts" },
  sealStatement: { event: "statement.seal", in: "server/domain/statements/seal.ts" },
  notifyIncident: { event: "incident.notify", in: "workers/processors/notify-incident.ts" },
  escalateIncidents: { event: "incident.escalate", in: "workers/processors/escalate-incidents.ts" },
  deliverNotification: { none: "the delivery itself tells what became of it; who was to be told is in the trail" },
  takeEvidence: { event: "evidence.take", in: "server/domain/evidence/take.ts" },
  notifyFinding: { event: "rule.notify", in: "workers/processors/notify-finding.ts" },
  containIncident: { event: "incident.contain_step", in: "workers/processors/contain-incident.ts" },
  remindOfSecrets: { event: "system.remind_of_secrets", in: "workers/processors/remind-of-secrets.ts" },
  reconcileCalls: { event: "reconciliation.heal", in: "workers/calls/run-report.ts" },
  reconcileNow: { event: "reconciliation.heal", in: "workers/calls/run-report.ts" },
  endRules: { event: "rule.end", in: "workers/processors/end-rules.ts" },
  endSeats: { event: "member.end_seats", in: "workers/processors/end-seats.ts" },
  runExportSchedules: { event: "export.create", in: "workers/processors/run-export-schedules.ts" },
  recheckHosts: { event: "brand.check_host", in: "workers/processors/recheck-hosts.ts" },
  wipeProvisioning: { none: "what it wipes may not be opened any more; until when is in the event of its making" },
  fileCalls: { event: "call.file", in: "workers/processors/file-calls.ts" },
  sampleUsage: { none: "notes the most calls at once, as reports show them" },
  foldUsage: { none: "adds up what is there: the sums say nothing that the calls do not" },
  sweepBrowserPhones: { none: "the phones ended when their time was over; this forgets them" },
  sweepRetention: { event: "retention.sweep", in: "prisma/migrations/0054_retention/migration.sql" },
  exportBans: { none: "a copy of the bans, each of which is in the trail" },
  appendAuditFile: { none: "copies the trail" },
  anchorAuditHeads: { none: "copies the heads of the trails" },
} as const satisfies Record<JobKey, Line>;

test("every job leaves an event, or there is a reason why not", () => {
  expect(Object.keys(lines).sort()).toEqual(Object.keys(processors).sort());
  for (const [job, line] of Object.entries<Line>(lines)) {
    if ("none" in line) expect(line.none.length, job).toBeGreaterThan(15);
    else expect(readFileSync(line.in, "utf8"), job).toMatch(new RegExp(`["']${line.event}["']`));
  }
});
