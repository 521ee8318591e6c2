import type { Client } from "pg";

import { type Books, readBooks } from "@/test/proof/sim/books";
import { SimDatabase } from "@/test/proof/sim/database";
import type { Host, Kernel } from "@/test/proof/sim/kernel";
import type { LinkFaults } from "@/test/proof/sim/link";
import { unpaidOf } from "@/test/proof/sim/paid-for";
import { SimPbx } from "@/test/proof/sim/pbx";
import { chainOf, People } from "@/test/proof/sim/people";
import type { Happening, WorldPlan } from "@/test/proof/sim/plan";
import type { Random } from "@/test/proof/sim/random";
import type { Trace } from "@/test/proof/sim/trace";
import { Violation } from "@/test/proof/sim/violation";
import { type SimWorker, startWorker } from "@/test/proof/sim/worker";

/** The product's own check of its ledger takes as long as all of ours. */
const WHOLE_EVERY = 8;
/** So long people go on talking when nothing new happens any more. */
const TALK_ON_MS = 50_000;
const CALM: LinkFaults = { dropped: 0, repeated: 0, reordered: 0, unanswered: 0, slowMs: 5 };

type Parts = Readonly<{ kernel: Kernel; plan: WorldPlan; random: Random; trace: Trace; app: Client; owner: Client }>;

/** One world: its machine room, its people, and the eye that looks at it between any two steps. */
export class World {
  readonly database: SimDatabase;
  readonly pbx: SimPbx;
  readonly people: People;
  readonly #workers = new Map<string, SimWorker>();
  #calm = false;
  #hosts = 0;
  #keys = 0;
  #looks = 0;
  #books: Books = { problems: [], holds: [] };

  constructor(readonly parts: Parts) {
    const { kernel, plan, random, trace, app, owner } = parts;
    this.database = new SimDatabase(kernel, app, random.fork("database"), trace);
    this.database.faults = plan.weather.queries;
    this.people = new People(owner, plan);
    this.pbx = new SimPbx(kernel, random.fork("pbx"), trace, (path, form, deadlineMs, done) =>
      this.#ask(path, form, deadlineMs, done),
    );
  }

  async begin(): Promise<void> {
    await this.people.settleIn();
    this.startWorker("a");
    for (const happening of this.parts.plan.happenings) this.parts.kernel.at(happening.atMs, () => this.#do(happening));
  }

  /** No more faults; whoever is dead comes back. */
  calmDown(): void {
    const { kernel } = this.parts;
    this.#calm = true;
    this.database.faults = { lost: 0, answerLost: 0, deadlock: 0, slowMs: 4 };
    this.database.awayUntilMs = kernel.nowMs;
    this.database.onDone = () => {};
    if (!this.#workers.has("a")) this.startWorker("a");
    for (const { state, call } of this.pbx.channels) {
      if (state === "ringing") this.pbx.hangUpAsked(call);
      // A talk that outlives its world would be judged in the middle.
      if (state === "up") kernel.after(TALK_ON_MS, () => this.pbx.hangUpAsked(call));
    }
  }

  reconcile(): void {
    const { kernel } = this.parts;
    for (const { host, reconcileNow } of this.#workers.values()) kernel.after(0, reconcileNow, host);
  }

  startWorker(name: string): void {
    const { kernel, plan, random, trace } = this.parts;
    if (this.#workers.has(name)) return;
    this.#hosts += 1;
    const host: Host = { name: `${name}${this.#hosts}`, alive: true, skewMs: 0 };
    trace.add(host.name, "starts");
    const room = {
      kernel,
      database: this.database,
      pbx: this.pbx,
      random: random.fork(host.name),
      trace,
      linkFaults: () => (this.#calm ? CALM : plan.weather.link),
      balanceChanged: () => this.#balanceChanged(),
    };
    kernel.after(0, () => void this.#workers.set(name, startWorker(host, room)), host);
  }

  #kill(forMs: number): void {
    const { kernel, random, trace } = this.parts;
    const living = [...this.#workers.entries()];
    if (living.length === 0 || this.#calm) return;
    const [name, { host, link }] = random.pick(living);
    trace.add(host.name, "is killed");
    host.alive = false;
    this.#workers.delete(name);
    this.pbx.links.delete(link);
    kernel.after(forMs, () => this.startWorker(name));
  }

  /** Now, or some steps after the next statement of a kind was carried out: between any two steps of the code. */
  #crash({ forMs, onStatement, afterSteps }: Extract<Happening, { do: "crash" }>): void {
    if (onStatement === undefined) {
      this.#kill(forMs);
      return;
    }
    this.database.onDone = (name) => {
      if (name !== onStatement) return;
      this.database.onDone = () => {};
      this.#killAfter(afterSteps, forMs);
    };
  }

  #killAfter(steps: number, forMs: number): void {
    if (steps === 0) this.#kill(forMs);
    else this.parts.kernel.after(1, () => this.#killAfter(steps - 1, forMs));
  }

  async #do(happening: Happening): Promise<void> {
    const { kernel, trace, random } = this.parts;
    const one = happening;
    const key = () => `proof-${++this.#keys}`;
    if (one.do === "dial") this.pbx.dial(one.dial);
    else if (one.do === "top up")
      await this.#people(`top up of ${one.to}`, this.people.post(one.to, one.amount, key()));
    else if (one.do === "take")
      await this.#people(`money of ${one.to} back`, this.people.post(one.to, -one.amount, key()));
    else if (one.do === "transfer")
      await this.#people(`transfer ${one.to}`, this.people.transfer(one.to, one.amount, one.back, key()));
    else if (one.do === "suspend") await this.#suspend(one.tenant, one.forMs);
    else if (one.do === "crash") this.#crash(one);
    else if (one.do === "second worker") this.startWorker("b");
    else if (one.do === "lose link") for (const { link } of this.#workers.values()) link.disconnect(one.forMs);
    else if (one.do === "database away") {
      trace.add("database", `is away for ${one.forMs} ms`);
      this.database.awayUntilMs = kernel.nowMs + one.forMs;
    } else if (one.do === "restart pbx") this.pbx.restart(one.how, one.downMs, one.spool);
    else if (one.do === "lose trunk") this.pbx.trunkLost();
    else if (one.do === "rotate records") this.pbx.spool.rotate();
    else if (one.of === "pbx") this.pbx.stepClock(one.byMs);
    else if (this.#workers.size > 0) random.pick([...this.#workers.values()]).host.skewMs += one.byMs;
  }

  async #people(what: string, done: Promise<string>): Promise<void> {
    this.parts.trace.add("people", `${what}: ${await done}`);
    this.database.dirty = true;
    this.parts.kernel.after(5, () => this.#balanceChanged());
  }

  async #suspend(tenant: string, forMs: number): Promise<void> {
    const { kernel, plan } = this.parts;
    await this.#people(`${tenant} is suspended`, this.people.setState(tenant, "suspended"));
    kernel.after(300, () => {
      for (const { state, call, dial } of this.pbx.channels) {
        if (state !== "gone" && state !== "asking" && chainOf(plan, dial.endpoint)[0]?.slug === tenant)
          this.pbx.hangUpAsked(call);
      }
    });
    kernel.after(forMs, () => this.#people(`${tenant} is active`, this.people.setState(tenant, "active")));
  }

  #balanceChanged(): void {
    for (const { host, hurry } of this.#workers.values()) this.parts.kernel.after(1, hurry, host);
  }

  /** A request of the PBX on its way to a worker: it may be lost, late, or come twice, and so may its answer. */
  #ask(path: string, form: Record<string, string>, deadlineMs: number, done: (line: string | undefined) => void): void {
    const { kernel, plan, random, trace } = this.parts;
    const { lost, answerLost, repeated, slowMs } = this.#calm
      ? { lost: 0, answerLost: 0, repeated: 0, slowMs: 5 }
      : plan.weather.requests;
    let over = false;
    const finish = (line: string | undefined) => {
      if (!over) done(line);
      over = true;
    };
    kernel.after(deadlineMs, () => finish(undefined));
    const body = new URLSearchParams(form).toString();
    const arrive = () => {
      const worker = this.#workers.size > 0 ? random.pick([...this.#workers.values()]) : undefined;
      if (!worker) return finish(undefined);
      const answer = async () => {
        const line = await worker.request(path, body);
        const back = random.int(0, random.chance(0.05) ? slowMs : 2);
        if (random.int(1, 1000) > answerLost) kernel.after(back, () => finish(line));
        else trace.add("network", `the answer to ${path} of ${form["call"]} is lost`);
      };
      kernel.after(0, answer, worker.host);
    };
    const drawn = random.int(1, 1000);
    if (drawn <= lost) trace.add("network", `${path} of ${form["call"]} is lost`);
    else kernel.after(random.int(0, random.chance(0.05) ? slowMs : 2), arrive);
    if (drawn > 1000 - repeated) kernel.after(random.int(1, 5_000), arrive);
  }

  /** Between any two steps: the books add up, and no call can run on for longer than is paid for. */
  async look(): Promise<void> {
    const moved = this.database.dirty;
    if (!moved && !this.pbx.dirty) return;
    if (moved) {
      this.database.dirty = false;
      this.#looks += 1;
      this.#books = await readBooks(this.parts.owner, this.#looks % WHOLE_EVERY === 0);
      const [problem] = this.#books.problems;
      if (problem !== undefined) throw new Violation(problem);
    }
    this.pbx.dirty = false;
    for (const channel of this.pbx.channels) {
      if (channel.state !== "up" && channel.state !== "ringing") continue;
      const now = { trueMs: this.parts.kernel.nowMs, pbxMs: this.pbx.nowMs };
      const unpaid = unpaidOf(channel, this.#books.holds, this.parts.plan, now);
      if (unpaid !== undefined) throw new Violation(unpaid);
    }
  }
}
