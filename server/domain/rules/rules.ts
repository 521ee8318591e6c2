import { effectiveRule, keyOf, loosened, nearest, nothingSaid, overlay } from "@/server/domain/rules/rule.rules";
import type { RulePatch } from "@/server/domain/rules/rule.schema";
import { standardIn } from "@/server/domain/rules/rule-currency.rules";
import {
  actionsOf,
  type Rule,
  type RuleKey,
  type RuleWord,
  type StandardRule,
} from "@/server/domain/rules/rule-kinds.schema";
import { nothingDecided, type RuleRecord, recordsOf } from "@/server/domain/rules/rule-record";
import {
  fieldWords,
  knownRule,
  patched,
  type ShownRule,
  type ShownWord,
  shownRule,
  shownWord,
} from "@/server/domain/rules/rule-text";
import { levelsOf, type SaidAt, type StoredWord, saidOf, standardsIn, wordOf } from "@/server/domain/rules/said";
import type { TenantRead, TenantWrite } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";

export type RuleRow = RuleKey & {
  readonly money: boolean;
  /** What its amounts are of, where it counts money. */
  readonly currency: string;
  /** What holds for the tenant. */
  readonly effective: ShownRule;
  /** What would hold if the reader had said nothing about exactly this tenant. */
  readonly inherited: ShownRule;
  /** What the reader said about exactly this tenant. */
  readonly own: ShownWord;
  /** Until when that holds; null until the reader says otherwise. */
  readonly until: Date | null;
  /** What is enforced above the reader, who cannot loosen it; null when nothing is. */
  readonly bound: ShownRule | null;
  /** How often it was over a threshold in the last 30 days, for this tenant and those below it. */
  readonly fired: { readonly warn: number; readonly critical: number; readonly shadow: number };
  /** What the desk decided of its incidents in that time; null for everybody but the operator. */
  readonly record: RuleRecord | null;
};

type Reader = Readonly<{ id: TenantId; kind: string }>;
type About = Readonly<{ id: TenantId; kind: string }>;

/**
 * The rules of a tenant as somebody at or above it reads them, in the order of the standard rules. What only the operator
 * has is left out for everybody else. Wants a subtree transaction.
 */
export async function listRules(tx: TenantRead, reader: Reader, about: About): Promise<RuleRow[]> {
  const { rows, currencies } = await saidOf(tx, about.id);
  const depth = await depthOf(tx, reader, about);
  const fired = await firedOf(tx, about.id);
  const records = reader.kind === "operator" ? await recordsOf(tx, reader.id, about.id) : undefined;
  return standardsIn(currencies)
    .filter(({ desk }) => !desk || about.kind === "operator")
    .map((standard) => {
      const levels = levelsOf(rows, standard);
      const others = levelsOf(
        rows.filter((row) => row.set_by !== reader.id || row.about_id !== about.id),
        standard,
      );
      const own = rows.find(
        (row) =>
          row.set_by === reader.id &&
          row.about_id === about.id &&
          row.signal === standard.signal &&
          row.scope === standard.scope,
      );
      const bound = boundOf(standard, levels, reader, depth);
      return {
        signal: standard.signal,
        scope: standard.scope,
        money: standard.money,
        currency: currencies.currency,
        effective: shownRule(standard, effectiveRule(standard.rule, levels)),
        inherited: shownRule(standard, effectiveRule(standard.rule, others)),
        own: shownWord(standard, own ? wordOf(own) : nothingSaid),
        until: own?.ends_at ?? null,
        bound: bound?.mode === "enforce" ? shownRule(standard, bound) : null,
        fired: fired.get(keyOf(standard)) ?? { warn: 0, critical: 0, shadow: 0 },
        record: records ? (records.get(keyOf(standard)) ?? nothingDecided) : null,
      };
    });
}

/** What holds above the reader; undefined for the operator, whom nothing binds. */
function boundOf(
  standard: StandardRule,
  levels: readonly SaidAt[],
  reader: Reader,
  readerDepth: number,
): Rule | undefined {
  if (reader.kind === "operator") return undefined;
  return effectiveRule(
    standard.rule,
    levels.filter(({ depth }) => depth > readerDepth),
  );
}

/** How many levels the reader stands above the tenant. @throws DomainError not_below. */
async function depthOf(tx: TenantRead, reader: Reader, about: About): Promise<number> {
  const [row] = await tx.$queryRaw<{ depth: number }[]>`
    SELECT depth FROM tenant_below WHERE ancestor_id = ${reader.id}::uuid AND descendant_id = ${about.id}::uuid`;
  if (!row) throw new DomainError("not_below", { field: "ofTenantSlug" });
  return row.depth;
}

async function firedOf(tx: TenantRead, tenantId: TenantId) {
  const rows = await tx.$queryRaw<
    { signal: RuleKey["signal"]; scope: RuleKey["scope"]; warn: number; critical: number; shadow: number }[]
  >`
    SELECT f.signal, f.scope, count(*) FILTER (WHERE f.mode = 'enforce' AND f.level = 'warn')::int AS warn,
      count(*) FILTER (WHERE f.mode = 'enforce' AND f.level = 'critical')::int AS critical, count(*) FILTER (WHERE f.mode = 'shadow')::int AS shadow
    FROM rule_finding f WHERE f.last_at > now() - interval '30 days'
      AND f.tenant_id IN (SELECT descendant_id FROM tenant_below WHERE ancestor_id = ${tenantId}::uuid)
    GROUP BY f.signal, f.scope`;
  return new Map(rows.map(({ signal, scope, ...counts }) => [keyOf({ signal, scope }), counts]));
}

/** What holds for a tenant now. Wants a transaction of the tenant or one above it. */
export async function ruleNow(tx: TenantRead, tenantId: TenantId, standard: StandardRule): Promise<Rule> {
  const { rows, currencies } = await saidOf(tx, tenantId);
  return effectiveRule(standardIn(standard, currencies).rule, levelsOf(rows, standard));
}

/** Every rule as it holds for a tenant now, those that nobody said anything about included. */
export async function rulesNow(tx: TenantRead, tenantId: TenantId): Promise<(RuleKey & Rule)[]> {
  const { rows, currencies } = await saidOf(tx, tenantId);
  return standardsIn(currencies).map(({ signal, scope, rule }) => ({
    signal,
    scope,
    ...effectiveRule(rule, levelsOf(rows, { signal, scope })),
  }));
}

/** A word, and until when it holds; null: until somebody says otherwise. */
export type EndingWord = ShownWord & Readonly<{ until: Date | null }>;

export type RuleChanged = Readonly<{
  before: EndingWord;
  after: EndingWord;
  effective: ShownRule;
  /** It sees or does less than before. */
  loosened: boolean;
}>;

/**
 * Says something about a rule for a tenant: the one acted on, or one below. A level below another can only tighten what is
 * enforced above it. It counts from the next sweep on. Locks the row; a repeat changes nothing.
 * @throws DomainError invalid_input for a rule that does not exist, a bad threshold, critical below warn, or an action that it cannot take.
 * @throws DomainError rule_bound for a field that would be looser than what is enforced above; the detail has the bound.
 */
export async function setRule(
  tx: TenantWrite,
  setter: Reader,
  about: About,
  patch: RulePatch,
  actorName: string,
): Promise<RuleChanged> {
  const known = knownRule(patch, about.kind);
  // Two people who change one rule take turns, also before it has a row.
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`rule ${setter.id} ${about.id} ${keyOf(patch)}`}, 0))::text`;
  const depth = await depthOf(tx, setter, about);
  const { rows, currencies } = await saidOf(tx, about.id);
  const standard = standardIn(known, currencies);
  const mine = (row: StoredWord) => row.set_by === setter.id && row.about_id === about.id;
  const row = rows.find((one) => mine(one) && one.signal === patch.signal && one.scope === patch.scope);
  const before = row ? wordOf(row) : nothingSaid;
  const word = patched(standard, before, patch);
  checkWord(standard, { setter, depth }, rows, word, mine);
  const ended = row?.ends_at ?? null;
  const asked = endOf(patch.until === undefined ? ended : patch.until, patch.until);
  const until = saysNothing(word) ? null : asked;
  await store(tx, { setBy: setter.id, aboutId: about.id, by: actorName, until }, patch, word);
  const effective = effectiveRule(standard.rule, levelsOf((await saidOf(tx, about.id)).rows, standard));
  return {
    before: { ...shownWord(standard, before), until: ended },
    after: { ...shownWord(standard, word), until },
    effective: shownRule(standard, effective),
    loosened: loosened(effectiveRule(standard.rule, levelsOf(rows, standard)), effective) !== undefined,
  };
}

const cannot = (action: Rule["action"]): string => {
  if (action === "ban") return "Only rules about networks can ban";
  return action === "contain_unusual"
    ? "Only money spent per extension has a past that tells what is unusual"
    : "Only rules about calls can contain";
};

/** @throws DomainError as setRule. */
function checkWord(
  standard: StandardRule,
  { setter, depth }: Readonly<{ setter: Reader; depth: number }>,
  rows: readonly StoredWord[],
  word: RuleWord,
  mine: (row: StoredWord) => boolean,
): void {
  const levels = levelsOf(rows, standard);
  const above = boundOf(standard, levels, setter, depth);
  const said = levelsOf(
    rows.filter((row) => row.set_by === setter.id && !mine(row)),
    standard,
  );
  const wished = overlay(above ?? standard.rule, nearest([...said.map((level) => level.word), word]));
  if (wished.critical < wished.warn) {
    const shown = shownRule(standard, wished);
    const sentence = `Critical would be ${shown.critical} and below warn, which is ${shown.warn}: it must be at least that.`;
    throw new DomainError("invalid_input", { field: "critical" }, sentence);
  }
  if (word.action !== null && !actionsOf(standard).includes(word.action)) {
    const sentence = `${cannot(word.action)}: choose ${actionsOf(standard).join(" or ")}.`;
    throw new DomainError("invalid_input", { field: "action" }, sentence);
  }
  const loose = above && loosened(above, word);
  if (!loose) return;
  const field = loose.field;
  const bound = String(shownRule(standard, above)[field]);
  const sentence = `A tenant above enforces ${fieldWords[field]} ${bound} for this rule: yours can be stricter, not looser.`;
  throw new DomainError("rule_bound", { field, bound }, sentence);
}

const MOST_DAYS = 366;

/** @throws DomainError invalid_input for an end that is asked for and is over, or more than a year ahead. */
function endOf(until: Date | null, asked: Date | null | undefined): Date | null {
  const days = asked ? (asked.getTime() - Date.now()) / 86_400_000 : 1;
  if (days > 0 && days <= MOST_DAYS) return until;
  const sentence = "A rule ends at a moment of the next year, or stays until somebody says otherwise.";
  throw new DomainError("invalid_input", { field: "until" }, sentence);
}

const saysNothing = (word: RuleWord): boolean => Object.values(word).every((value) => value === null);

type Saying = Readonly<{ setBy: TenantId; aboutId: TenantId; by: string; until: Date | null }>;

async function store(
  tx: TenantWrite,
  { setBy, aboutId, by, until }: Saying,
  { signal, scope }: RuleKey,
  word: RuleWord,
): Promise<void> {
  if (saysNothing(word)) {
    await tx.$executeRaw`
      DELETE FROM rule WHERE tenant_id = ${setBy}::uuid AND about_id = ${aboutId}::uuid AND signal = ${signal} AND scope = ${scope}`;
    return;
  }
  await tx.$executeRaw`
    INSERT INTO rule (tenant_id, about_id, signal, scope, mode, action, window_minutes, warn, critical, changed_by, ends_at)
    VALUES (${setBy}::uuid, ${aboutId}::uuid, ${signal}, ${scope}, ${word.mode}, ${word.action}, ${word.windowMinutes}::int, ${word.warn}::bigint,
      ${word.critical}::bigint, ${by}, ${until}::timestamptz)
    ON CONFLICT (tenant_id, about_id, signal, scope) DO UPDATE SET mode = excluded.mode, action = excluded.action,
      window_minutes = excluded.window_minutes, warn = excluded.warn, critical = excluded.critical, ends_at = excluded.ends_at,
      changed_at = clock_timestamp(), changed_by = excluded.changed_by`;
}
