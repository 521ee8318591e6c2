import type { IncidentDetail } from "@/components/api/outputs";
import { moneyText } from "@/components/billing/money-text";
import { stepName } from "@/components/incidents/contain-words";
import { reasonText } from "@/components/incidents/dismiss-words";
import { measureText, signalText } from "@/components/rules/rule-words";
import { withinText } from "@/components/words/within";
import { dismissReasons } from "@/server/domain/incidents/dismiss-reasons.schema";
import type { IncidentState, Severity } from "@/server/domain/incidents/incident.schema";
import type { Signal } from "@/server/domain/rules/rule-kinds.schema";
import { CURRENCY_NOT_KNOWN } from "@/server/kernel/money";
import { type Message, msg, say, t } from "@/server/kernel/words";

type Ink = "bad" | "warn" | "info" | "ok";

const severities: Readonly<Record<Severity, { word: Message; ink: Ink }>> = {
  critical: { word: msg("Critical"), ink: "bad" },
  high: { word: msg("High"), ink: "bad" },
  medium: { word: msg("Medium"), ink: "warn" },
  low: { word: msg("Low"), ink: "info" },
};
export const severityWords = (severity: Severity) => ({
  ink: severities[severity].ink,
  word: say(severities[severity].word),
});
/** The worst first, as a form offers them. */
export const severityChoices = () =>
  (["critical", "high", "medium", "low"] as const).map((value) => ({ value, label: say(severities[value].word) }));

const states: Readonly<Record<IncidentState, { word: Message; ink: Ink }>> = {
  triage: { word: msg("Triage"), ink: "warn" },
  open: { word: msg("incident|Open"), ink: "warn" },
  contained: { word: msg("Contained"), ink: "info" },
  monitoring: { word: msg("Monitoring"), ink: "info" },
  resolved: { word: msg("Resolved"), ink: "ok" },
  reviewed: { word: msg("Reviewed"), ink: "ok" },
  dismissed: { word: msg("Dismissed"), ink: "info" },
};
export const stateWords = (state: IncidentState) => ({ ink: states[state].ink, word: say(states[state].word) });

const moves: Readonly<Record<IncidentState, Message>> = {
  triage: msg("Back to triage"),
  open: msg("Open again"),
  contained: msg("Contained"),
  monitoring: msg("Monitor"),
  resolved: msg("Resolve"),
  reviewed: msg("Reviewed"),
  dismissed: msg("incident|Dismiss"),
};
/** What a button says that leads to a state. */
export const moveText = (state: IncidentState): string => say(moves[state]);

const word = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
const minuteOf = (moment: string): string => moment.slice(0, 16).replace("T", " ");
/** The name of a state or severity within a sentence; one that this page does not know stays as it is. */
const known = (names: Readonly<Record<string, { word: Message }>>, name: string): string => {
  const found = names[name];
  return found ? withinText(say(found.word)) : name;
};

/** How many differences were open, and what was at risk; an older line does not say. */
function differencesText(at: (name: string) => string): string {
  if (at("open") === "") return t("opened it by a rule: differences are open");
  const [open, currency] = [Number(at("open")), at("currency")];
  if (currency === CURRENCY_NOT_KNOWN) {
    return t(
      "opened it by a rule: {open, plural, one {# difference is open} other {# differences are open}}; what is at risk is not known",
      { open },
    );
  }
  return t(
    "opened it by a rule: {open, plural, one {# difference is open} other {# differences are open}}, {money} at risk; from {critical} on it is critical",
    {
      open,
      money: moneyText(BigInt(at("risk")), currency),
      critical: moneyText(BigInt(at("critical")), currency),
    },
  );
}

/** What a rule had seen when it opened an incident. */
function ruleText(at: (name: string) => string): string {
  const signal = at("signal") as Signal;
  if (signal === "difference") return differencesText(at);
  const value = (name: string) => measureText(signal, at("scope"), at(name));
  return t(
    "opened it by a rule: {signal} came to {value} within {minutes, plural, one {# minute} other {# minutes}}; it warns at {warn}, {critical} is critical",
    {
      signal: signalText(signal),
      value: value("value"),
      minutes: Number(at("window")),
      warn: value("warn"),
      critical: value("critical"),
    },
  );
}

/** From where to where, and for which reason when it was dismissed. */
function moveLine(at: (name: string) => string): string {
  const [from, to] = [known(states, at("from")), known(states, at("to"))];
  const reason = dismissReasons.find((one) => one === at("reason"));
  return reason
    ? t("moved it from {from} to {to}: {reason}", { from, to, reason: withinText(reasonText(reason)) })
    : t("moved it from {from} to {to}", { from, to });
}

type Line = Pick<IncidentDetail["timeline"]["lines"][number], "kind" | "detail">;

/** What a line of the timeline says after the name. */
export function lineText({ kind, detail }: Line): string {
  const at = (name: string) => word(detail[name]);
  switch (kind) {
    case "opened":
      return at("signals")
        ? t(
            "opened it: {signals, plural, one {# failed sign-in} other {# failed sign-ins}} within {minutes, plural, one {# minute} other {# minutes}}, allowed are {allowed}",
            {
              signals: Number(at("signals")),
              minutes: Number(at("minutes")),
              allowed: Number(at("threshold")) - 1,
            },
          )
        : t("opened it");
    case "acknowledged":
      return t("took it");
    case "comment":
      return t("wrote");
    case "severity":
      return t("made it {to}, it was {from}", {
        to: known(severities, at("to")),
        from: known(severities, at("from")),
      });
    case "owner":
      return detail["to"] === null ? t("took the owner away") : t("gave it to somebody");
    case "state":
      return moveLine(at);
    case "snoozed":
      return t("put it off until {until} UTC", { until: minuteOf(at("until")) });
    case "woken":
      return t("brought it back");
    case "merged":
      return t("merged it into {number}", { number: at("into") });
    case "unmerged":
      return t("took it out of {number}", { number: at("from") });
    case "took_in":
      return t("merged {number} into it", { number: at("incident") });
    case "let_go":
      return t("took {number} out of it", { number: at("incident") });
    case "review":
      return t("began its review");
    case "follow_up_done":
      return t("did a follow-up:");
    case "follow_up_again":
      return t("opened a follow-up again:");
    default:
      return deskText(kind, at) ?? doneText(kind, at) ?? kind.replaceAll("_", " ");
  }
}

/** What rules and letters did, and what was kept. */
function deskText(kind: string, at: (name: string) => string): string | undefined {
  switch (kind) {
    case "rule":
      return ruleText(at);
    case "healed":
      return t("saw {healed, plural, one {# difference} other {# differences}} healed or closed; still open: {open}", {
        healed: Number(at("healed")),
        open: Number(at("open")),
      });
    case "network":
      return t("found {network} at the same phone", { network: at("network") });
    case "rule_ban":
      return t("banned {network} by the rule until {until} UTC", {
        network: at("network"),
        until: minuteOf(at("until")),
      });
    case "rule_kept":
      return t("did not ban {network}, though the rule says so: {kept} works there or is kept", {
        network: at("network"),
        kept: at("kept"),
      });
    case "notified":
      return t(
        "told {mails, plural, one {# person} other {# people}} of the desk and {others, plural, one {# other} other {# others}}: {severity}",
        {
          mails: Number(at("mails")),
          others: Number(at("others")) + Number(at("below")),
          severity: known(severities, at("severity")),
        },
      );
    case "escalated":
      return t("told level {level}, because nobody took it: {told, plural, one {# message} other {# messages}}", {
        level: at("level"),
        told: Number(at("told")),
      });
    case "told":
      return t("told {name}, {mails, plural, one {# mail} other {# mails}}:", {
        name: at("name"),
        mails: Number(at("mails")),
      });
    default:
      return undefined;
  }
}

/** What was kept, stopped and let go. */
function doneText(kind: string, at: (name: string) => string): string | undefined {
  const subject = at("subject");
  switch (kind) {
    case "evidence_asked":
      return t("asked for evidence");
    case "evidence":
      return at("missing") === "0"
        ? t("kept evidence: snapshot {snapshot}, {items, plural, one {# item} other {# items}}", {
            snapshot: at("snapshot"),
            items: Number(at("items")),
          })
        : t(
            "kept evidence: snapshot {snapshot}, {items, plural, one {# item} other {# items}}, {missing, plural, one {# of them missing} other {# of them missing}}",
            { snapshot: at("snapshot"), items: Number(at("items")), missing: Number(at("missing")) },
          );
    case "contain":
      return at("joined") === "1"
        ? t("contained {subject} once more", { subject })
        : t("contained {subject}", { subject });
    case "contain_step":
      return t("{subject}: {step}, done ({count})", {
        subject,
        step: withinText(stepName(at("step"))),
        count: at("count"),
      });
    case "contain_failed":
      return t("{subject}: {step}, failed. By hand:", { subject, step: withinText(stepName(at("step"))) });
    case "release":
      return Number(at("held")) > 0
        ? t("let {subject} go; another incident still stops it", { subject })
        : t("let {subject} go", { subject });
    default:
      return undefined;
  }
}
