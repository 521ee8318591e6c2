import type { RuleRow } from "@/components/api/outputs";
import { portalPath } from "@/components/shell/portal-path";
import {
  actionsOf,
  failedSignIns,
  type RuleAction,
  ruleActions,
  standardOf,
} from "@/server/domain/rules/rule-kinds.schema";
import type { SecurityEventFilter } from "@/server/domain/security-events/security-event.schema";
import type { SecurityEventFacet } from "@/server/domain/security-events/security-event-kinds.schema";

/** What the form of a rule begins with, instead of what was said of it before. */
export type RuleBegin = Readonly<{ action?: RuleAction; windowMinutes?: number; critical?: number }>;

const DAY_MINUTES = 1_440;
const whole = (text: string | undefined, most: number): number | undefined =>
  text !== undefined && /^[1-9]\d{0,11}$/.test(text) && Number(text) <= most ? Number(text) : undefined;

/** As it stands in the address of the open rule: "action:ban within:15 critical:50". */
export function readBegin(text: string | null): RuleBegin {
  const said = new Map((text ?? "").split(" ").map((word) => word.split(":", 2) as [string, string | undefined]));
  const action = ruleActions.find((one) => one === said.get("action"));
  const windowMinutes = whole(said.get("within"), DAY_MINUTES);
  const critical = whole(said.get("critical"), 999_999_999_999);
  return {
    ...(action ? { action } : {}),
    ...(windowMinutes ? { windowMinutes } : {}),
    ...(critical ? { critical } : {}),
  };
}

/** Where the rule about sign-ins that fail, from one network, is written anew. @param desk the operator's short name. */
export function ruleHref(desk: string, { action, windowMinutes, critical }: RuleBegin): string {
  const begin = [
    ...(action ? [`action:${action}`] : []),
    ...(windowMinutes ? [`within:${windowMinutes}`] : []),
    ...(critical ? [`critical:${critical}`] : []),
  ].join(" ");
  return `${portalPath(`/${desk}/rules`)}?${new URLSearchParams({ open: "sip_failure.network", ...(begin ? { begin } : {}) })}`;
}

/**
 * What a rule begins with that is made of a count on the page of security events: who comes so often again, in as long a time where
 * the page shows a stretch of it, is banned. How often is proposed only of what the rule counts: of one kind of sign-in that fails.
 * Undefined where no rule counts such a thing.
 */
export function beginOf(
  facet: SecurityEventFacet,
  { value, events }: Readonly<{ value: string; events: number }>,
  { since, until, type }: SecurityEventFilter,
): RuleBegin | undefined {
  if (facet === "type") return failedSignIns.includes(value) ? {} : undefined;
  if (facet !== "address") return undefined;
  const minutes = since && until ? Math.ceil((Date.parse(until) - Date.parse(since)) / 60_000) : 0;
  if (minutes <= 0 || minutes > DAY_MINUTES) return { action: "ban" };
  const counted = type !== undefined && failedSignIns.includes(type);
  return { action: "ban", windowMinutes: minutes, ...(counted ? { critical: events } : {}) };
}

type Row = Pick<RuleRow, "own" | "money" | "signal" | "scope">;

/** What is said, with what the form was asked to begin with; a rule about money begins with nothing that was counted. */
export function begun({ own, money, signal, scope }: Row, begin: RuleBegin): RuleRow["own"] {
  const standard = standardOf(signal, scope);
  const action = standard && begin.action && actionsOf(standard).includes(begin.action) ? begin.action : undefined;
  const { windowMinutes, critical } = money ? {} : begin;
  const words = {
    ...own,
    action: action ?? own.action,
    windowMinutes: windowMinutes ?? own.windowMinutes,
    critical: critical ? String(critical) : own.critical,
  };
  const same = (["action", "windowMinutes", "critical"] as const).every((name) => words[name] === own[name]);
  return same ? own : words;
}
