import type { Entry } from "./command";

/** The commands about what is on record: the audit trail, and how long anything is kept. */
export const recordCommands: Readonly<Record<string, Entry>> = {
  "audit export": {
    summary: "write the audit trail of a tenant as CSV or JSON lines",
    load: async () => (await import("./commands/audit-export")).auditExport,
  },
  "audit verify": {
    summary: "prove that no audit event was changed, removed or inserted",
    load: async () => (await import("./commands/audit-verify")).auditVerify,
  },
  "export create": {
    summary: "ask for a file of calls, ledger, extensions, numbers, audit or incidents",
    load: async () => (await import("./commands/exports")).exportCreate,
  },
  "export list": {
    summary: "the files that were asked for",
    load: async () => (await import("./commands/exports")).exportList,
  },
  "export get": {
    summary: "write a file that was asked for, or say how far it is",
    load: async () => (await import("./commands/exports")).exportGet,
  },
  "export schedules": {
    summary: "the files that are made by themselves",
    load: async () => (await import("./commands/export-schedules")).scheduleList,
  },
  "export schedule": {
    summary: "have a file made at the end of every day, week or month",
    load: async () => (await import("./commands/export-schedules")).scheduleCreate,
  },
  "export pause": {
    summary: "let a scheduled file rest",
    load: async () => (await import("./commands/export-schedules")).schedulePause,
  },
  "export resume": {
    summary: "make a scheduled file again",
    load: async () => (await import("./commands/export-schedules")).scheduleResume,
  },
  "export remove": {
    summary: "make a scheduled file no more",
    load: async () => (await import("./commands/export-schedules")).scheduleRemove,
  },
  "subject export": {
    summary: "write everything that is known about a number or a person",
    load: async () => (await import("./commands/subject-export")).subjectExport,
  },
  "subject erase": {
    summary: "forget a number or a person everywhere it may",
    load: async () => (await import("./commands/subject-erase")).subjectErase,
  },
  "hold list": {
    summary: "what retention and erasure must leave alone",
    load: async () => (await import("./commands/holds")).holdList,
  },
  "hold place": {
    summary: "keep what is about somebody from retention and erasure",
    load: async () => (await import("./commands/holds")).holdPlace,
  },
  "hold lift": {
    summary: "let retention and erasure go on",
    load: async () => (await import("./commands/holds")).holdLift,
  },
  "retention list": {
    summary: "how long each class of data is kept",
    load: async () => (await import("./commands/retention")).retentionList,
  },
  "retention set": {
    summary: "set how long a class of data is kept",
    load: async () => (await import("./commands/retention")).retentionSet,
  },
  "retention run": {
    summary: "let go of what is older than its policy, or count it",
    load: async () => (await import("./commands/retention")).retentionRun,
  },
  "rollup rebuild": {
    summary: "make the sums that reports read anew from the calls on record",
    load: async () => (await import("./commands/rollup")).rollupRebuild,
  },
};
