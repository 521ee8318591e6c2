import type { Entry } from "./command";

/** What the incident desk does from the command line. */
export const incidentCommands: Readonly<Record<string, Entry>> = {
  "rule list": {
    summary: "the rules as they hold for everybody, or for one tenant",
    load: async () => (await import("./commands/rules")).ruleList,
  },
  "rule set": {
    summary: "say what a rule is from now on",
    load: async () => (await import("./commands/rules")).ruleSet,
  },
  "rule rehearse": {
    summary: "say what a rule would have done over past calls",
    load: async () => (await import("./commands/rules")).ruleRehearse,
  },
  "security list": {
    summary: "what the telephone system reported, newest first",
    load: async () => (await import("./commands/security-events")).securityList,
  },
  "incident list": {
    summary: "incidents, what waits first",
    load: async () => (await import("./commands/incidents")).incidentList,
  },
  "incident show": {
    summary: "one incident, what it touches and its timeline",
    load: async () => (await import("./commands/incidents")).incidentShow,
  },
  "incident move": {
    summary: "move an incident to another state",
    load: async () => (await import("./commands/incidents")).incidentMove,
  },
  "incident comment": {
    summary: "write into the timeline of an incident",
    load: async () => (await import("./commands/incidents")).incidentComment,
  },
  "incident merge": {
    summary: "make an incident part of another",
    load: async () => (await import("./commands/incidents")).incidentMerge,
  },
  "incident unmerge": {
    summary: "take an incident out of another",
    load: async () => (await import("./commands/incidents")).incidentUnmerge,
  },
  "incident review": {
    summary: "write what was learnt from an incident, or read it",
    load: async () => (await import("./commands/incident-review")).incidentReview,
  },
  "incident follow-ups": {
    summary: "what is to be done because of incidents, what is due first on top",
    load: async () => (await import("./commands/incident-review")).incidentFollowUps,
  },
  "incident follow-up": {
    summary: "tick a follow-up off",
    load: async () => (await import("./commands/incident-review")).incidentFollowUp,
  },
  "duty list": {
    summary: "what the desk looks after by the calendar, what is overdue on top",
    load: async () => (await import("./commands/duties")).dutyList,
  },
  "duty done": {
    summary: "say that a duty was done, and what shows it",
    load: async () => (await import("./commands/duties")).dutyDone,
  },
  "duty take": {
    summary: "make a duty somebody's, or nobody's",
    load: async () => (await import("./commands/duties")).dutyTake,
  },
  "evidence take": {
    summary: "keep evidence of an incident",
    load: async () => (await import("./commands/evidence")).evidenceTake,
  },
  "evidence list": {
    summary: "snapshots of evidence with their items and hashes",
    load: async () => (await import("./commands/evidence")).evidenceList,
  },
  "evidence export": {
    summary: "write a snapshot as a ZIP",
    load: async () => (await import("./commands/evidence")).evidenceExport,
  },
  "evidence verify": {
    summary: "look whether a ZIP of evidence is what was given out, without a database",
    load: async () => (await import("./commands/evidence")).evidenceVerify,
  },
  "incident contain": {
    summary: "stop the calls of an extension or tenant for an incident",
    load: async () => (await import("./commands/containment")).incidentContain,
  },
  "incident containments": {
    summary: "what an incident stops, step by step",
    load: async () => (await import("./commands/containment")).incidentContainments,
  },
  "incident release": {
    summary: "let calls through again that an incident stopped",
    load: async () => (await import("./commands/containment")).incidentRelease,
  },
};
