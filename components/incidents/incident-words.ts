import type { IncidentDetail } from "@/components/api/outputs";
import { stepName } from "@/components/incidents/contain-words";
import { measureText, signalText } from "@/components/rules/rule-words";
import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";
import type { Signal } from "@/server/domain/rules/rule-kinds.schema";

type Ink = "bad" | "warn" | "info" | "ok";

const severities: Readonly<Record<Severity, { word: string; ink: Ink }>> = {
  critical: { word: "Critical", ink: "bad" },
  high: { word: "High", ink: "bad" },
  medium: { word: "Medium", ink: "warn" },
  low: { word: "Low", ink: "info" },
};
export const severityWords = (severity: Severity) => severities[severity];
/** The worst first, as a form offers them. */
export const severityChoices = (["critical", "high", "medium", "low"] as const).map((value) => ({
  value,
  label: severities[value].word,
}));

const states: Readonly<Record<IncidentState, { word: string; ink: Ink }>> = {
  triage: { word: "Triage", ink: "warn" },
  open: { word: "Open", ink: "warn" },
  contained: { word: "Contained", ink: "info" },
  monitoring: { word: "Monitoring", ink: "info" },
  resolved: { word: "Resolved", ink: "ok" },
  reviewed: { word: "Reviewed", ink: "ok" },
  dismissed: { word: "Dismissed", ink: "info" },
};
export const stateWords = (state: IncidentState) => states[state];

const moves: Readonly<Record<IncidentState, string>> = {
  triage: "Back to triage",
  open: "Open again",
  contained: "Contained",
  monitoring: "Monitor",
  resolved: "Resolve",
  reviewed: "Reviewed",
  dismissed: "Dismiss",
};
/** What a button says that leads to a state. */
export const moveText = (state: IncidentState): string => moves[state];

const word = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** What a rule had seen when it opened an incident. */
function ruleText(at: (name: string) => string): string {
  const signal = at("signal") as Signal;
  const value = (name: string) => measureText(signal, at("scope"), at(name));
  return `opened it by a rule: ${signalText(signal)} came to ${value("value")} within ${at("window")} minutes; it warns at ${value("warn")}, ${value("critical")} is critical`;
}

/** What a line of the timeline says after the name. */
export function lineText({ kind, detail }: Pick<IncidentDetail["lines"][number], "kind" | "detail">): string {
  const at = (name: string) => word(detail[name]);
  switch (kind) {
    case "opened":
      return at("signals")
        ? `opened it: ${at("signals")} failed sign-ins within ${at("minutes")} minutes, allowed are ${Number(at("threshold")) - 1}`
        : "opened it";
    case "rule":
      return ruleText(at);
    case "rule_ban":
      return `banned ${at("network")} by the rule until ${at("until").slice(0, 16).replace("T", " ")} UTC`;
    case "rule_kept":
      return `did not ban ${at("network")}, though the rule says so: ${at("kept")} works there or is kept`;
    case "acknowledged":
      return "took it";
    case "comment":
      return "wrote";
    case "severity":
      return `made it ${at("to")}, it was ${at("from")}`;
    case "owner":
      return detail["to"] === null ? "took the owner away" : "gave it to somebody";
    case "state":
      return `moved it from ${at("from")} to ${at("to")}`;
    case "snoozed":
      return `put it off until ${at("until").slice(0, 16).replace("T", " ")} UTC`;
    case "woken":
      return "brought it back";
    case "merged":
      return `merged it into ${at("into")}`;
    case "unmerged":
      return `took it out of ${at("from")}`;
    case "took_in":
      return `merged ${at("incident")} into it`;
    case "let_go":
      return `took ${at("incident")} out of it`;
    case "notified":
      return `told ${at("mails")} people of the desk and ${Number(at("others")) + Number(at("below"))} others: ${at("severity")}`;
    case "escalated":
      return `told level ${at("level")}, because nobody took it: ${at("told")} messages`;
    case "evidence_asked":
      return "asked for evidence";
    case "evidence":
      return `kept evidence: snapshot ${at("snapshot")}, ${at("items")} items${at("missing") === "0" ? "" : `, ${at("missing")} of them missing`}`;
    case "contain":
      return `contained ${at("subject")}${at("joined") === "1" ? " once more" : ""}`;
    case "contain_step":
      return `${at("subject")}: ${stepName(at("step")).toLowerCase()}, done (${at("count")})`;
    case "contain_failed":
      return `${at("subject")}: ${stepName(at("step")).toLowerCase()}, failed. By hand:`;
    case "release":
      return `let ${at("subject")} go${Number(at("held")) > 0 ? "; another incident still stops it" : ""}`;
    default:
      return kind.replaceAll("_", " ");
  }
}
