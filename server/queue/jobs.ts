import { z } from "zod";

import { defineJob } from "@/server/queue/define-job";

const nothing = z.object({});

/** Every job the product knows. Payloads hold ids only: the queue keeps them in clear text. */
export const jobs = {
  /** Ends what is live of one call, one extension or one whole tenant. Queued with the change that asks for it. */
  hangUpOfSubject: defineJob({
    name: "call.hang_up_of_subject",
    scope: "tenant",
    schema: z.object({ subject: z.enum(["call", "extension", "tenant"]), id: z.uuid() }),
    attempts: 8,
    backoffMs: 250,
  }),
  /** Rings the phones of an extension for an echo test, while whoever asked still stands beside one. */
  ringForEcho: defineJob({
    name: "call.ring_for_echo",
    scope: "tenant",
    schema: z.object({ extensionId: z.uuid(), untilMs: z.number().int().positive() }),
    attempts: 3,
    backoffMs: 500,
  }),
  /** A person wants a job that was given up to run once more. */
  retryJob: defineJob({
    name: "queue.retry",
    scope: "tenant",
    schema: z.object({ jobId: z.string().min(1).max(200) }),
    attempts: 3,
    backoffMs: 1_000,
  }),
  /** A long job that people wait for; what it is stands in the table task. */
  runTask: defineJob({
    name: "task.run",
    scope: "tenant",
    schema: z.object({ taskId: z.uuid() }),
    attempts: 6,
    backoffMs: 2_000,
  }),
  /** Tells the provider of a refund that is booked already. Away, it is asked again for about a day. */
  refundPayment: defineJob({
    name: "payments.refund",
    scope: "tenant",
    schema: z.object({ reversalId: z.uuid() }),
    attempts: 15,
    backoffMs: 2_000,
  }),
  /** Charges the saved card. Asked for by the database when credit falls below the threshold, and once a minute while it is. */
  autoTopUp: defineJob({
    name: "payments.auto_top_up",
    scope: "tenant",
    schema: nothing,
    attempts: 6,
    backoffMs: 2_000,
  }),
  /** Tells owners what happened by itself: low credit, a pause. Asked for by the database. */
  tellOwners: defineJob({
    name: "balance.tell_owners",
    scope: "tenant",
    schema: nothing,
    attempts: 8,
    backoffMs: 500,
  }),
  /** Levels that time passes, payments that nobody told of, refunds that nobody heard of. */
  followUpPayments: defineJob({
    name: "payments.follow_up",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** A mail of the table mail. Tried for most of a day: a mail server may be away for as long. */
  sendMail: defineJob({
    name: "mail.send",
    scope: "tenant",
    schema: z.object({ mailId: z.uuid() }),
    attempts: 14,
    backoffMs: 5_000,
  }),
  /** Somebody pressed "run now". */
  sweepRetentionNow: defineJob({
    name: "retention.sweep_now",
    scope: "tenant",
    schema: nothing,
    attempts: 3,
    backoffMs: 5_000,
  }),
  /** Statements of the months that are over, and the files of those that nobody made. */
  issueStatements: defineJob({
    name: "statement.issue",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 900_000,
  }),
  sealStatement: defineJob({
    name: "statement.seal",
    scope: "tenant",
    schema: z.object({ statementId: z.uuid() }),
    attempts: 6,
    backoffMs: 5_000,
  }),
  /** An incident began or got worse: the people of the desk are told, once per severity. */
  notifyIncident: defineJob({
    name: "incident.notify",
    scope: "tenant",
    schema: z.object({ incidentId: z.uuid(), severity: z.enum(["low", "medium", "high", "critical"]) }),
    attempts: 8,
    backoffMs: 1_000,
  }),
  /** Incidents that nobody took in their time: the next level is told. */
  escalateIncidents: defineJob({
    name: "incident.escalate",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** A message of the table notify_delivery. Tried for most of half a day: whoever hears it may be away for as long. */
  deliverNotification: defineJob({
    name: "notify.deliver",
    scope: "tenant",
    schema: z.object({ deliveryId: z.uuid() }),
    attempts: 14,
    backoffMs: 5_000,
  }),
  /** Somebody asked for evidence of an incident: the workers take it, because they know the PBX. `line` of its timeline says who and why. */
  takeEvidence: defineJob({
    name: "evidence.take",
    scope: "tenant",
    schema: z.object({ incidentId: z.uuid(), line: z.number().int().positive() }),
    attempts: 4,
    backoffMs: 1_000,
  }),
  /** A rule of action notify reached critical: the people of the desk are told. */
  notifyFinding: defineJob({
    name: "rule.notify",
    scope: "tenant",
    schema: z.object({ findingTenantId: z.uuid(), findingId: z.uuid() }),
    attempts: 8,
    backoffMs: 1_000,
  }),
  /** What is left of a containment: hang up, new secrets, phones forgotten, people told. */
  containIncident: defineJob({
    name: "incident.contain",
    scope: "tenant",
    schema: z.object({ containmentId: z.uuid() }),
    attempts: 8,
    backoffMs: 500,
  }),
  reconcileCalls: defineJob({
    name: "calls.reconcile",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** Somebody pressed "run now". */
  reconcileNow: defineJob({
    name: "calls.reconcile_now",
    scope: "tenant",
    schema: nothing,
    attempts: 2,
    backoffMs: 1_000,
  }),
  /** Phones in browsers whose time is over: refused already, this tidies up. */
  sweepBrowserPhones: defineJob({
    name: "browserphone.sweep",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** Files that are made by themselves, and who is told of them. */
  runExportSchedules: defineJob({
    name: "export.schedule",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** Seats whose last day is over. */
  endSeats: defineJob({
    name: "seat.end",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** Words about rules whose time is over. */
  endRules: defineJob({
    name: "rule.end",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** Host names of brands that are still shown in the DNS; each is looked at once a day. */
  recheckHosts: defineJob({
    name: "brand.recheck_hosts",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 3_600_000,
  }),
  /** Since when the secrets of the manager interface are used, and whether somebody has to be reminded. */
  remindOfSecrets: defineJob({
    name: "secrets.remind",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 900_000,
  }),
  /** What links and desk phones hold sealed and nobody may open any more. */
  wipeProvisioning: defineJob({
    name: "provisioning.wipe",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 60_000,
  }),
  /** How many calls there are at once. */
  sampleUsage: defineJob({
    name: "usage.sample",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 5_000,
  }),
  /** Ended calls and corrections into the sums that reports read. Seldom, because each run writes the sums of whoever called once. */
  foldUsage: defineJob({
    name: "usage.fold",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 15_000,
  }),
  sweepRetention: defineJob({
    name: "retention.sweep",
    scope: "system",
    schema: nothing,
    attempts: 3,
    backoffMs: 30_000,
    everyMs: 3_600_000,
  }),
  /** Moves calls of months that are over for long out of the table that charging works on. */
  fileCalls: defineJob({
    name: "calls.file",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 30_000,
    everyMs: 3_600_000,
  }),
  /** Writes the bans that hold for a firewall, when they changed. */
  exportBans: defineJob({
    name: "bans.export",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 10_000,
  }),
  appendAuditFile: defineJob({
    name: "audit.append_file",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 10_000,
  }),
  anchorAuditHeads: defineJob({
    name: "audit.anchor_heads",
    scope: "system",
    schema: nothing,
    attempts: 1,
    backoffMs: 1_000,
    everyMs: 300_000,
  }),
} as const;

export type Jobs = typeof jobs;
export type JobKey = keyof Jobs;
export type PayloadOf<K extends JobKey> = z.infer<Jobs[K]["schema"]>;
/** Those that belong to a tenant, and so may wait in the outbox. */
export type TenantJobKey = { [K in JobKey]: Jobs[K]["scope"] extends "tenant" ? K : never }[JobKey];
