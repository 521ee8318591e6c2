import type { AuditAction } from "@/server/domain/audit/actions";
import { type Actor, change, recordRefusal } from "@/server/domain/audit/change";
import { findOperator } from "@/server/domain/tenancy/tenants";
import type { AmiGateway } from "@/server/infra/ami/gateway";
import type { Db } from "@/server/infra/db/client";
import type { Logger } from "@/server/infra/log/logger";

export type LinkState = "connected" | "lost" | "refused";

type Options = Readonly<{
  ami: Pick<AmiGateway, "status" | "onGap">;
  db: Db;
  log: Logger;
  /** How the PBX is called. */
  pbx: string;
  everyMs?: number;
  now?: () => number;
}>;

const WINDOW_MS = 60_000;
const PATIENCE_MS = 15_000;
const actions = {
  connected: "pbx.connect",
  lost: "pbx.lose",
  refused: "pbx.refuse_login",
} as const satisfies Record<LinkState, AuditAction>;

/**
 * Writes into the operator's trail when the link to the PBX comes, goes, or is refused. The first change in a minute is an
 * event at once; the others of that minute become one, with how many there were and how it stood in the end: a link that
 * flaps does not fill the trail.
 */
export class LinkTrail {
  #state: LinkState | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #more = 0;
  #problem = "";
  #waiting: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout;
  readonly #bornAt: number;

  constructor(readonly options: Options) {
    this.#bornAt = this.#now();
    // Also a link that was away for less than the time between two looks is told: each return is said.
    options.ami.onGap((why) => {
      if (why === "connected") this.#say("connected", this.#state === "connected" ? 2 : 1);
    });
    this.#timer = setInterval(() => this.look(), options.everyMs ?? 1_000);
    this.#timer.unref();
  }

  /** Looks at the link once, and ends the minute when it is over. */
  look(): void {
    const { connected, problem } = this.options.ami.status();
    const state = connected ? "connected" : /login refused/.test(problem ?? "") ? "refused" : "lost";
    this.#problem = problem ?? "";
    // A process that has just started has not lost anything, until it should have found it.
    const isYoung = this.#state === undefined && this.#now() - this.#bornAt < PATIENCE_MS;
    if (state !== this.#state && !(state === "lost" && isYoung)) this.#say(state, 1);
    if (this.#more > 0 && this.#now() - this.#startedAt >= WINDOW_MS) this.#tellMore();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#more > 0) this.#tellMore();
    await this.#waiting;
  }

  #now(): number {
    return (this.options.now ?? Date.now)();
  }

  #say(state: LinkState, changes: number): void {
    this.#state = state;
    if (this.#now() - this.#startedAt < WINDOW_MS) this.#more += changes;
    else {
      if (this.#more > 0) this.#tellMore();
      this.#startedAt = this.#now();
      this.#write(state, {});
    }
  }

  #tellMore(): void {
    const changes = this.#more;
    this.#more = 0;
    this.#startedAt = this.#now();
    this.#write(this.#state ?? "lost", { changes });
  }

  #write(state: LinkState, more: Readonly<Record<string, number>>): void {
    const after = { ...more, ...(state === "connected" ? {} : { problem: this.#problem.slice(0, 200) }) };
    this.#waiting = this.#waiting
      .then(() => this.#append(state, after))
      .catch((error: unknown) => {
        this.options.log.warn({ error, state }, "a change of the link to the PBX is not in the trail");
      });
  }

  async #append(state: LinkState, after: Readonly<Record<string, string | number>>): Promise<void> {
    const { db, pbx } = this.options;
    const tenantId = await findOperator(db);
    if (!tenantId) return;
    const actor: Actor = { kind: "pbx", id: pbx, requestId: "ami.link" };
    const by = { tenantId, actor, action: actions[state] };
    const what = { subject: `pbx:${pbx}`, after };
    if (state === "connected") await change(db, by, async () => ({ ...what, result: undefined }));
    else await recordRefusal(db, by, { ...what, outcome: "failed" });
  }
}
