import { existsSync } from "node:fs";
import path from "node:path";

import { buildWeb, repository } from "./build-web";
import { type Child, endLeftover } from "./children";
import { type DemoTraffic, startDemoTraffic } from "./demo-traffic";
import { type EmbeddedPbx, spoolFileOf } from "./pbx";
import { claimPorts, type Plan, planOf, type StackOptions } from "./plan";
import { type EmbeddedPostgres, startPostgres } from "./postgres";
import { startRedis } from "./redis";
import { type Runtime, removeRuntime, writeRuntime } from "./runtime-file";
import { StartError } from "./sentence";
import { settled } from "./settled";
import { loopbackOf, runtimeOf, stackEnv } from "./stack-env";
import {
  demoFile,
  fetchPbx,
  migrateStack,
  type Say,
  seedStack,
  startStackPbx,
  startWeb,
  startWorker,
} from "./stack-parts";
import { lockDataDir } from "./start-lock";

export type { StackOptions } from "./plan";

export type Stack = Readonly<{
  /** The complete environment of web and workers; the database address is portal_app's. */
  env: Readonly<Record<string, string>>;
  runtime: Runtime;
  urls: Readonly<{ app: string; callControl: string; database: string; owner: string; redis?: string | undefined }>;
  pbx?: EmbeddedPbx | undefined;
  pids: () => Readonly<Record<string, number>>;
  /** Resolves with one sentence when a part ends that nobody stopped. */
  failed: Promise<string>;
  /** Stops what was started, in order; safe to repeat. */
  stop: () => Promise<void>;
  restartWorker: () => Promise<void>;
  /** kill -9, as a crash would. */
  killWorker: () => Promise<void>;
  stopPostgres: () => Promise<void>;
  startPostgres: () => Promise<void>;
}>;

/** The order of stopping: whoever talks to somebody stops before him. */
const stopOrder = ["web", "worker", "asterisk", "redis", "postgres"] as const;
const signals: Record<string, NodeJS.Signals> = { postgres: "SIGINT" };

/** Starts everything that `options` and the environment ask for, side by side where it can be. Nothing stays when it fails. */
export async function startStack(options: StackOptions, abort?: AbortSignal): Promise<Stack> {
  const plan = await planOf(options);
  const release = lockDataDir(plan.dataDir);
  const parts = new Parts(plan, options, release, abort);
  abort?.addEventListener("abort", () => parts.endHelpers());
  try {
    for (const name of [...stopOrder, "build", "seed"]) await endLeftover(plan.dataDir, name, signals[name]);
    removeRuntime(plan.dataDir);
    await claimPorts(plan);
    const stack = await parts.start();
    writeRuntime(plan.dataDir, stack.runtime);
    return stack;
  } catch (error) {
    await parts.stop();
    throw abort?.aborted ? new StartError("Stopped before everything was up.") : error;
  }
}

class Parts {
  readonly #running = new Map<string, Child>();
  readonly #helpers = new Set<Child>();
  readonly #say: Say;
  readonly #failed: Promise<string>;
  #fail: (sentence: string) => void = () => {};
  #stopping: Promise<void> | undefined;
  #traffic: DemoTraffic | undefined;

  constructor(
    readonly plan: Plan,
    readonly options: StackOptions,
    readonly release: () => void,
    readonly abort?: AbortSignal,
  ) {
    this.#say = options.say ?? (() => {});
    this.#failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  async start(): Promise<Stack> {
    const { plan } = this;
    const say = this.#say;
    if (plan.pbxOff) say(`The PBX is off (${plan.pbxOff})`);
    const tree = fetchPbx(plan, say);
    const built = this.#build();
    const stores = this.#stores();
    const base = Promise.all([stores, tree]).then(([{ postgres, redisUrl, ownerUrl }, asterisk]) => {
      const spoolFile = asterisk ? spoolFileOf(plan.dataDir) : undefined;
      const env = stackEnv(plan, { ownerUrl, redisUrl, pbx: asterisk !== undefined, spoolFile });
      return { postgres, ownerUrl, asterisk, env };
    });
    const pbx = base.then((found) => this.#pbx(found));
    const workers = base.then((found) => this.#seedAndWork(found));
    const web = Promise.all([base, built]).then(([found]) => this.#web(found.env));
    await this.#all([tree, built, stores, base, pbx, workers, web]);
    this.abort?.throwIfAborted();
    if (await pbx) await this.#people((await base).env);
    return this.#stackOf(await base, await pbx);
  }

  /** Waits for all, so that nothing is left half started; the first failure ends what would only take long. */
  async #all(work: readonly Promise<unknown>[]): Promise<void> {
    for (const each of work) each.catch(() => this.endHelpers());
    await settled(work);
  }

  endHelpers(): void {
    for (const helper of this.#helpers) void helper.stop("SIGTERM", 2_000);
  }

  #helper = (child: Child): void => {
    this.#helpers.add(child);
    void child.ended.then(() => this.#helpers.delete(child));
  };

  /** From here on its end, unless we stop it, is the end of the start. */
  #watch(child: Child): void {
    this.#running.set(child.name, child);
    void child.ended.then((sentence) => {
      if (this.#running.get(child.name) !== child) return;
      this.#running.delete(child.name);
      this.#fail(sentence);
    });
  }

  async #build(): Promise<void> {
    if (!this.plan.own.web) return;
    if (await buildWeb(this.plan.dataDir, this.#helper, this.abort)) this.#say("portal built");
  }

  async #stores() {
    const [postgres, redisUrl] = await settled([this.#postgres(), this.#redis()]);
    const ownerUrl = postgres?.url ?? this.plan.given["DATABASE_URL"] ?? "";
    await migrateStack(this.plan, ownerUrl, redisUrl === undefined, this.#say);
    this.#say("the database is up to date");
    return { postgres, redisUrl, ownerUrl };
  }

  async #postgres(port = this.plan.ports.postgres): Promise<EmbeddedPostgres | undefined> {
    if (!this.plan.own.postgres) return undefined;
    const settings = this.options.postgresSettings;
    const postgres = await startPostgres({ dataDir: this.plan.dataDir, port, ...(settings ? { settings } : {}) });
    this.#watch(postgres.child);
    this.#say("PostgreSQL runs");
    return postgres;
  }

  async #redis(): Promise<string | undefined> {
    const { plan } = this;
    if (!plan.own.redis) return plan.given["REDIS_URL"];
    const { dataDir, cache, secrets, ports } = plan;
    const redis = await startRedis({
      dataDir,
      cache,
      password: secrets.redisPassword,
      port: ports.redis,
      say: this.#say,
    });
    if (!redis) return undefined;
    this.#watch(redis.child);
    this.#say("Redis runs");
    return redis.url;
  }

  async #pbx({ asterisk, env, ownerUrl }: Found): Promise<EmbeddedPbx | undefined> {
    if (!asterisk) return undefined;
    const pbx = await startStackPbx(this.plan, asterisk, env, ownerUrl);
    this.#watch(pbx.child);
    this.#say(`Asterisk runs (SIP on ${env["SIP_BIND"] ?? "127.0.0.1"}:${env["SIP_PORT"]})`);
    return pbx;
  }

  async #seedAndWork({ env }: Found): Promise<void> {
    if (await seedStack(this.plan, env, this.#helper)) this.#say("demo data in place");
    if (this.plan.own.workers && !this.abort?.aborted) await this.#worker(env);
  }

  async #worker(env: Readonly<Record<string, string>>): Promise<void> {
    if (!existsSync(path.join(repository, "workers/main.ts"))) return this.#say("workers/main.ts is not there");
    this.#watch(await startWorker(this.plan, env));
    this.#say("workers run");
  }

  /** The demo's own calls. Not a part whose end would matter. */
  async #people(env: Readonly<Record<string, string>>): Promise<void> {
    const { DEMO_TRAFFIC, SIP_BIND, SIP_PORT } = env;
    const file = demoFile(this.plan.dataDir);
    if (DEMO_TRAFFIC !== "on" || !this.plan.own.workers || !existsSync(file)) return;
    this.#traffic = await startDemoTraffic(file, { host: loopbackOf(SIP_BIND ?? "127.0.0.1"), port: Number(SIP_PORT) });
    this.#say("the demo's people make calls (DEMO_TRAFFIC=off keeps them quiet)");
  }

  async #web(env: Readonly<Record<string, string>>): Promise<void> {
    if (!this.plan.own.web || this.abort?.aborted) return;
    this.#watch(await startWeb(this.plan, env));
    this.#say("the portal answers");
  }

  #stackOf({ env, ownerUrl, postgres }: Found, pbx: EmbeddedPbx | undefined): Stack {
    const runtime = runtimeOf(env, this.plan.given["DATABASE_MIGRATE_URL"] ?? ownerUrl);
    const { appUrl: app, callControlUrl: callControl, databaseUrl: database, redisUrl: redis } = runtime;
    return {
      env,
      runtime,
      urls: { app, callControl, database, owner: ownerUrl, redis },
      pbx,
      pids: () => Object.fromEntries([...this.#running].map(([name, child]) => [name, child.pid])),
      failed: this.#failed,
      stop: () => this.stop(),
      restartWorker: async () => {
        await this.#end("worker");
        await this.#worker(env);
      },
      killWorker: () => this.#end("worker", "SIGKILL"),
      stopPostgres: () => this.#end("postgres"),
      startPostgres: async () => {
        await this.#postgres(postgres?.port);
      },
    };
  }

  async #end(name: string, signal: NodeJS.Signals = signals[name] ?? "SIGTERM"): Promise<void> {
    const child = this.#running.get(name);
    this.#running.delete(name);
    await child?.stop(signal, 20_000);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    await this.#traffic?.stop();
    for (const helper of this.#helpers) await helper.stop("SIGTERM", 2_000);
    for (const name of stopOrder) await this.#end(name);
    removeRuntime(this.plan.dataDir);
    this.release();
  }
}

type Found = Readonly<{
  postgres: EmbeddedPostgres | undefined;
  ownerUrl: string;
  asterisk: Awaited<ReturnType<typeof fetchPbx>>;
  env: Readonly<Record<string, string>>;
}>;
