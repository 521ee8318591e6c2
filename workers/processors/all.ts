import { anchorAuditHeads } from "@/workers/processors/anchor-audit-heads";
import { appendAuditFile } from "@/workers/processors/append-audit-file";
import { autoTopUp } from "@/workers/processors/auto-top-up";
import { containIncident } from "@/workers/processors/contain-incident";
import { deliverNotification } from "@/workers/processors/deliver-notification";
import { endRules } from "@/workers/processors/end-rules";
import { endSeats } from "@/workers/processors/end-seats";
import { escalateIncidents } from "@/workers/processors/escalate-incidents";
import { exportBans } from "@/workers/processors/export-bans";
import { fileCallsJob } from "@/workers/processors/file-calls";
import { foldUsageJob, sampleUsageJob } from "@/workers/processors/fold-usage";
import { followUpPayments } from "@/workers/processors/follow-up-payments";
import { hangUpOfSubject } from "@/workers/processors/hang-up-of-subject";
import { issueStatements } from "@/workers/processors/issue-statements";
import { notifyFinding } from "@/workers/processors/notify-finding";
import { notifyIncident } from "@/workers/processors/notify-incident";
import { recheckHosts } from "@/workers/processors/recheck-hosts";
import { reconcileCalls, reconcileNow } from "@/workers/processors/reconcile-calls";
import { refundPayment } from "@/workers/processors/refund-payment";
import { remindOfSecrets } from "@/workers/processors/remind-of-secrets";
import { retryJob } from "@/workers/processors/retry-job";
import { ringForEcho } from "@/workers/processors/ring-for-echo";
import { runExportSchedules } from "@/workers/processors/run-export-schedules";
import { runLongTask } from "@/workers/processors/run-long-task";
import { sealStatement } from "@/workers/processors/seal-statement";
import { sendMail } from "@/workers/processors/send-mail";
import { sweepBrowserPhonesJob } from "@/workers/processors/sweep-browser-phones";
import { sweepRetention, sweepRetentionNow } from "@/workers/processors/sweep-retention";
import { takeEvidence } from "@/workers/processors/take-evidence";
import { tellOwners } from "@/workers/processors/tell-owners";
import type { Processors } from "@/workers/processors/types";
import { wipeProvisioning } from "@/workers/processors/wipe-provisioning";

/** One processor per job in server/queue/jobs.ts; a missing or misspelt one does not compile. */
export const processors = {
  hangUpOfSubject,
  ringForEcho,
  runTask: runLongTask,
  retryJob,
  sweepRetentionNow,
  refundPayment,
  autoTopUp,
  tellOwners,
  followUpPayments,
  sendMail,
  issueStatements,
  sealStatement,
  notifyIncident,
  escalateIncidents,
  deliverNotification,
  takeEvidence,
  notifyFinding,
  containIncident,
  reconcileCalls,
  reconcileNow,
  endRules,
  endSeats,
  runExportSchedules,
  recheckHosts,
  remindOfSecrets,
  wipeProvisioning,
  fileCalls: fileCallsJob,
  foldUsage: foldUsageJob,
  sampleUsage: sampleUsageJob,
  sweepBrowserPhones: sweepBrowserPhonesJob,
  sweepRetention,
  exportBans,
  appendAuditFile,
  anchorAuditHeads,
} satisfies Processors;
