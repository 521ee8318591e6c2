import { levelOf } from "@/server/domain/rules/rule.rules";
import { readRuleBook } from "@/server/domain/rules/rule-book";
import { failedSignIns, type Rule } from "@/server/domain/rules/rule-kinds.schema";
import { takeSignal } from "@/server/domain/rules/take-signal";
import { securityEvents } from "@/server/infra/ami/events";
import type { AmiGateway, SecurityEvent } from "@/server/infra/ami/gateway";
import type { SqlPool } from "@/server/infra/db/pool";
import type { LiveBus } from "@/server/infra/live/bus";
import type { Logger } from "@/server/infra/log/logger";
import type { TenantId } from "@/server/kernel/ids";
import { phoneOf } from "@/server/kernel/phone-name";
import type { DeskCounts } from "@/workers/desk-counts";
import type { BanNetwork } from "@/workers/rules/ban-by-rule";

type Options = Readonly<{
  pool: SqlPool;
  ami: AmiGateway;
  bus: LiveBus;
  log: Logger;
  /** Bans whoever fails too often; without it failures are only counted. */
  failed?: (address: string, failures: number, at: Date) => Promise<void>;
  /** Bans a network that a rule says should be; without it none is. */
  ban?: BanNetwork | undefined;
  /** The users that we sign in as at the manager port ourselves: a wrong secret of ours is no intruder. */
  own?: readonly string[];
  /** Told of each, also of what comes too fast to be kept. */
  counts?: Pick<DeskCounts, "security"> | undefined;
  everyMs?: number;
  maxKinds?: number;
}>;

/** A changed rule counts from the next of these on. */
const RULE_MS = 2_000;

type Collected = { readonly event: SecurityEvent; count: number };

/** A success is no danger, and the registrations tell it anyway. */
const uninteresting = new Set(["SuccessfulAuth"]);
/** What the PBX says about attacks and mistakes. */
export const alarmingEvents = [...securityEvents].filter((name) => !uninteresting.has(name));
const failures = new Set(failedSignIns);
/** What Asterisk calls a sign-in that is refused at the manager port; the others are about somebody who is in. */
const managerSignIns = new Set(["InvalidPassword", "InvalidAccountID", "ChallengeResponseFailed", "FailedACL"]);

/**
 * Keeps what the PBX says about attacks and mistakes. The same thing from the same address within a moment is one event
 * with a count, so that a flood of guesses costs a few rows a second and not thousands.
 */
export class SecurityEvents {
  #collected = new Map<string, Collected>();
  #dropped = 0;
  #timer: NodeJS.Timeout;
  /** Where our own users signed in from, as the PBX saw it. */
  #ownAddresses = new Set<string>();
  #known: Readonly<{ rule: Rule; untilMs: number }> | undefined;

  constructor(readonly options: Options) {
    options.ami.onEvent("security", ({ event }) => this.take(event));
    this.#timer = setInterval(() => void this.flush(), options.everyMs ?? 500);
  }

  take(event: SecurityEvent): void {
    if (event.name === "SuccessfulAuth" && this.#isOwnUser(event)) this.#ownAddresses.add(event.remoteAddress ?? "");
    if (uninteresting.has(event.name)) return;
    this.options.counts?.security(event.name);
    const key = `${event.name} ${event.accountId} ${event.remoteAddress}`;
    const known = this.#collected.get(key);
    if (known) known.count += 1;
    else if (this.#collected.size < (this.options.maxKinds ?? 1_000)) this.#collected.set(key, { event, count: 1 });
    else this.#dropped += 1;
  }

  async flush(): Promise<void> {
    const batch = [...this.#collected];
    this.#collected.clear();
    if (this.#dropped > 0) {
      this.options.log.warn({ dropped: this.#dropped }, "security events came faster than they could be kept");
      this.#dropped = 0;
    }
    for (const [key, one] of batch) {
      await this.#store(one).catch((error: unknown) => {
        this.options.log.warn({ error, type: one.event.name }, "a security event could not be kept yet");
        // Once more with the next batch, unless the room is taken by newer ones.
        const newer = this.#collected.get(key);
        if (newer) newer.count += one.count;
        else if (this.#collected.size < (this.options.maxKinds ?? 1_000)) this.#collected.set(key, one);
      });
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #store({ event, count }: Collected): Promise<void> {
    const [row] = await this.options.pool.query<{ tenant_id: TenantId | null }>(
      "security_event_store",
      "SELECT security_event_store($1, $2, $3, $4, $5, $6) AS tenant_id",
      [
        event.at,
        event.name,
        nameTried(event.accountId),
        event.remoteAddress ?? "",
        event.transport ?? "",
        JSON.stringify({
          ...event.detail,
          service: event.service,
          severity: event.severity,
          port: event.remotePort,
          count,
        }),
      ],
    );
    if (row?.tenant_id) this.options.bus.publish({ tenantId: row.tenant_id, kind: "security" });
    if (failures.has(event.name) && event.remoteAddress) await this.#count(event, event.remoteAddress, count);
  }

  /** Counted after it is kept: when this fails the next failure from there counts on, and no event is kept twice. */
  async #count(event: SecurityEvent, address: string, count: number): Promise<void> {
    try {
      await (event.service === "AMI" ? this.#intruder : this.#phone).call(this, event, address, count);
    } catch (error) {
      this.options.log.warn({ error, address }, "a signal was not counted");
    }
  }

  /**
   * Not a phone: whoever gets in there has the whole PBX. The rule about it is looked at with the others. Whoever guesses at one of
   * our users from elsewhere is a stranger too, as soon as it is known where we come from.
   */
  async #intruder(event: SecurityEvent, source: string, count: number): Promise<void> {
    if (!managerSignIns.has(event.name)) return;
    if (this.#isOwnUser(event) && (this.#ownAddresses.size === 0 || this.#ownAddresses.has(source))) return;
    await takeSignal(this.options.pool, { kind: "ami_intrusion", source, at: event.at, count });
    await this.options.failed?.(source, count, event.at);
  }

  #isOwnUser({ service, accountId }: SecurityEvent): boolean {
    return service === "AMI" && this.options.own?.includes(accountId) === true;
  }

  /** The rule about failed sign-ins as the operator has it, read anew now and then. */
  async #rule(): Promise<Rule> {
    const now = Date.now();
    if (this.#known && now < this.#known.untilMs) return this.#known.rule;
    const { pool } = this.options;
    const [operator] = await pool.query<{ id: string | null }>("operator", "SELECT operator_tenant() AS id", []);
    const book = await readRuleBook(pool, operator?.id ? [operator.id] : []);
    const rule = book(operator?.id ?? "", { signal: "sip_failure", scope: "network" });
    this.#known = { rule, untilMs: now + RULE_MS };
    return rule;
  }

  async #phone(event: SecurityEvent, address: string, count: number): Promise<void> {
    const { pool, bus, log } = this.options;
    const rule = await this.#rule();
    const [incident] = await pool.query<{ tenant_id: TenantId; incident_id: string; opened: boolean }>(
      "signal_take",
      "SELECT tenant_id, incident_id, opened FROM signal_take($1, $2, $3, $4, $5, $6)",
      [event.at, event.name, nameTried(event.accountId), address, count, asked(rule)],
    );
    if (incident) bus.publish({ tenantId: incident.tenant_id, kind: "incidents" });
    if (incident?.opened) log.warn({ address }, "an incident was opened about sign-ins that fail");
    await this.options.failed?.(address, count, event.at);
    if (incident && rule.action === "ban") await this.#ban(incident.incident_id, rule, address, event.at);
  }

  /** Asked only of a rule that bans: how much there is of the whole network. */
  async #ban(incidentId: string, rule: Rule, address: string, at: Date): Promise<void> {
    const text = "SELECT network, value FROM signal_recent('sip_failure', $1, $2, $3)";
    const [recent] = await this.options.pool.query<{ network: string; value: string }>("signal_recent", text, [
      ...[address, at, rule.windowMinutes],
    ]);
    const value = BigInt(recent?.value ?? 0);
    if (!recent || levelOf(rule, value) !== "critical") return;
    const { windowMinutes, critical } = rule;
    const { network } = recent;
    await this.options.ban?.({ incidentId, signal: "sip_failure", network, value, windowMinutes, critical });
  }
}

const asked = ({ mode, action, windowMinutes, warn, critical }: Rule): string =>
  JSON.stringify({ mode, action, window: windowMinutes, warn: Number(warn), critical: Number(critical) });

/** What Asterisk writes where it could not tell the name is no name. */
const nameTried = (accountId: string) => (accountId === "<unknown>" ? "" : printable(phoneOf(accountId)));

/** The name that was tried comes from a stranger. */
const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, "?");
