import { z } from "zod";

import { planRehearsal, rehearse } from "@/server/domain/rules/rehearsal";
import {
  type NetworkRehearsal,
  type Rehearsal,
  rehearseSchema,
  setRuleSchema,
} from "@/server/domain/rules/rule.schema";
import { auditOfRule } from "@/server/domain/rules/rule-audit";
import { ANY_MICROS, type RuleKey, standardOf } from "@/server/domain/rules/rule-kinds.schema";
import { listRules, type RuleRow, setRule } from "@/server/domain/rules/rules";
import { createPool } from "@/server/infra/db/pool";
import { formatMicros } from "@/server/kernel/money";
import { check, checkCount } from "../check";
import { BadInput, type Command } from "../command";
import type { Desk } from "../desk";

/** The operator speaks about itself and all below, or about one tenant. */
async function about(desk: Desk, slug: string | undefined) {
  const operator = await desk.operator();
  const tenant = slug === undefined ? { id: operator, kind: "operator" as const } : await desk.tenant(slug);
  return { operator: { id: operator, kind: "operator" }, tenant };
}

const momentSchema = z.iso.datetime({ offset: true });

const openMinutesOf = ({ signal, scope }: RuleKey): number | null => standardOf(signal, scope)?.openMinutes ?? null;

/** A rule for machines; what is judged by how long it stays open has no window. */
function shownOf({ signal, scope, effective, own, until, fired, record }: RuleRow) {
  const openMinutes = openMinutesOf({ signal, scope });
  const spans = openMinutes === null ? {} : { windowMinutes: null, openMinutes };
  return { signal, scope, ...effective, ...spans, own, until, fired, record };
}

/** A rule's thresholds in words. */
function thresholdsText(of: RuleKey, { warn, critical, windowMinutes }: RuleRow["effective"]): string {
  const openMinutes = openMinutesOf(of);
  if (openMinutes === null) return `warns at ${warn}, critical at ${critical}, within ${windowMinutes} minutes`;
  const least = warn === ANY_MICROS ? "of any" : `at ${warn} at risk`;
  return `warns ${least} that is open for ${openMinutes} minutes, critical at ${critical} at risk`;
}

export const ruleList: Command = {
  summary: "The rules as they hold for everybody, or for one tenant.",
  options: { tenant: { value: "slug", about: "a tenant below the operator" } },
  run: async (desk, given) => {
    const { operator, tenant } = await about(desk, given.text("tenant"));
    const rows = await desk.readBelow(operator.id, (tx) => listRules(tx, operator, tenant));
    return { value: rows.map(shownOf) };
  },
};

/** What is said about a field; "inherit" takes it back. */
const said = (text: string | undefined) => (text === "inherit" ? null : text);
const minutesOf = (text: string | undefined): number | null | undefined => {
  if (text === undefined || text === "inherit") return said(text) as null | undefined;
  if (!/^\d{1,5}$/.test(text)) throw new BadInput("--window: a whole number of minutes from 1 to 1440.");
  return Number(text);
};

const endOf = (text: string | undefined): Date | null | undefined => {
  if (text === undefined || text === "inherit") return said(text) as null | undefined;
  const moment = momentSchema.safeParse(text);
  if (!moment.success) throw new BadInput("--until: a moment such as 2027-01-31T00:00:00Z.");
  return new Date(moment.data);
};

const ruleOptions = {
  tenant: { value: "slug", about: "for one tenant below, and those below it, instead of for everybody" },
  mode: { value: "off|shadow|enforce", about: "whether it does something, only writes down, or is off" },
  action: { value: "notify|open|contain_unusual|contain|ban", about: "what it does at most" },
  window: { value: "minutes", about: "how far back it adds up" },
  warn: { value: "20", about: "from how much on it warns; an amount where the signal is money" },
  critical: { value: "60", about: "from how much on it is critical" },
} as const;
const setOptions = {
  ...ruleOptions,
  until: { value: "2027-01-31T00:00:00Z", about: "when all that is said about it ends; inherit: not by itself" },
} as const;

/** The fields of a rule as typed. */
const typedRule = (words: readonly [string, string], text: (name: keyof typeof ruleOptions) => string | undefined) => ({
  signal: words[0].replaceAll("-", "_"),
  scope: words[1],
  mode: said(text("mode")),
  action: said(text("action")),
  windowMinutes: minutesOf(text("window")),
  warn: said(text("warn")),
  critical: said(text("critical")),
});

export const ruleSet: Command = {
  summary: "Says what a rule is from now on; --warn inherit takes back what was said about warn.",
  words: ["signal", "scope"],
  options: setOptions,
  run: async (desk, given) => {
    const typed = typedRule([given.word(0), given.word(1)], (name) => given.text(name));
    const patch = check(setRuleSchema, { ...typed, until: endOf(given.text("until")) }, { windowMinutes: "window" });
    const { operator, tenant } = await about(desk, given.text("tenant"));
    const { until, ...effective } = await desk.change(operator.id, "rule.set", async (tx) => {
      const changed = await setRule(tx, operator, tenant, patch, desk.actorName);
      const below = tenant.id === operator.id ? {} : { alsoFor: [tenant.id] };
      return {
        ...auditOfRule(patch, tenant.id, changed),
        ...below,
        result: { ...changed.effective, until: changed.after.until },
      };
    });
    await desk.publish(tenant.id, ["rules", "audit"]);
    const { mode, action } = effective;
    const say = `${patch.signal} per ${patch.scope}: ${mode}, ${action}, ${thresholdsText(patch, effective)}${until ? `, until ${until.toISOString()}` : ""}.`;
    return { value: { signal: patch.signal, scope: patch.scope, ...effective, until }, say };
  },
};

function saidOfCalls(value: Rehearsal, days: number): string {
  const money = (sums: Readonly<Record<string, string>>) =>
    Object.entries(sums)
      .map(([currency, micros]) => formatMicros(BigInt(micros), currency))
      .join(", ") || "nothing";
  return [
    `${value.calls} calls of ${days} days: it would have warned ${value.warned} times and been critical ${value.fired} times.`,
    `${value.trueHits} of those with harmful calls, ${value.falseHits} without.`,
    `Containing would have stopped ${value.stopped} harmful calls (${money(value.saved)}) and ${value.falseBlocks} others (${money(value.refusedWrongly)}).`,
  ].join("\n");
}

const saidOfNetworks = (value: NetworkRehearsal, days: number): string =>
  [
    `${value.failures} failed sign-ins of ${days} days: it would have warned ${value.warned} times and been critical ${value.fired} times.`,
    `${value.falseHits} of those where telephones worked.`,
    `Banning would have banned ${value.networks} networks:`,
    ...value.bans.map(
      ({ network, times, most, kept }) =>
        `  ${network}  ${times} times, at most ${most} failures${kept ? `; not now, because of ${kept}` : ""}`,
    ),
  ].join("\n");

export const ruleRehearse: Command = {
  summary: "Says what a rule would have done over past calls, as it is or as it would be; changes nothing.",
  words: ["signal", "scope"],
  options: { ...ruleOptions, days: { value: "30", about: "how many days back, 30 at most", fallback: "30" } },
  run: async (desk, given) => {
    const typed = typedRule([given.word(0), given.word(1)], (name) => given.text(name));
    const days = checkCount("days", given.text("days"), 30);
    const asked = check(rehearseSchema, { ...typed, days }, { windowMinutes: "window" });
    const { operator, tenant } = await about(desk, given.text("tenant"));
    const plan = await desk.readBelow(operator.id, (tx) => planRehearsal(tx, tenant, asked));
    const pool = createPool(desk.place.databaseUrl, () => {}, 1);
    try {
      const value = await rehearse(pool, operator.id, plan, null, async () => {});
      return { value, say: "bans" in value ? saidOfNetworks(value, days) : saidOfCalls(value, days) };
    } finally {
      await pool.close();
    }
  },
};
