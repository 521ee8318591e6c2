import { type Asked, authoriseMany } from "@/server/domain/calls/authorise-many";
import {
  type Answer,
  authoriseNumber,
  homeCountry,
  type Question,
  unknownPhone,
} from "@/server/domain/calls/call-control";
import { readDialled } from "@/server/domain/rating/dialling.rules";
import type { SqlPool } from "@/server/infra/db/pool";

type Waiting = Asked & Readonly<{ resolve: (answer: Answer) => void; reject: (error: unknown) => void }>;

/** A statement takes so many. */
const MOST = 64;
/** So many statements of many may be on their way: while one waits for the disk, the next is worked on. */
const AT_ONCE = 2;
/** Fewer than these wait for the statement that is on its way. */
const MANY = 16;
/** Fewer than these are as quick each for itself. */
const ENOUGH = 3;
/** So many questions may be on their way, each for itself, before others gather. */
const APART = 4;
/** Numbers of so many digits may be phones of the house. */
const SHORT = 6;
/** So many phones' countries are remembered at most. */
const REMEMBERED = 10_000;

/**
 * The one who asks about calls in this process. A few at a time go each for itself, and at once; while so many are on their
 * way, the questions that come gather and go together with the next statement. Only calls to numbers outside gather:
 * emergency calls wait for nobody.
 */
export class CallAuthoriser {
  readonly #waiting: Waiting[] = [];
  readonly #countries = new Map<string, string>();
  #apart = 0;
  #together = 0;
  #looking = false;

  constructor(readonly pool: SqlPool) {}

  /**
   * @returns the answer to this question; a repeat for the same call gives the first answer.
   * @throws what the database threw for it. One that cannot be answered does not hold up the others.
   */
  async ask(question: Question): Promise<Answer> {
    const country = this.#countries.get(question.endpoint) ?? (await this.#countryOf(question.endpoint));
    if (country === undefined) return unknownPhone;
    return this.authorise({ question, number: readDialled(question.dialled, country) });
  }

  /** An endpoint says which tenant's it is, and no tenant moves to another country; one that is gone is refused further on. */
  async #countryOf(endpoint: string): Promise<string | undefined> {
    const country = await homeCountry(this.pool, endpoint);
    if (this.#countries.size >= REMEMBERED) this.#countries.clear();
    if (country !== undefined) this.#countries.set(endpoint, country);
    return country;
  }

  /** As `ask`, of a number that is read. */
  authorise({ question, number }: Asked): Promise<Answer> {
    if (number.kind !== "external" || number.digits.length <= SHORT) {
      return authoriseNumber(this.pool, question, number);
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ question, number, resolve, reject });
      if (!this.#looking) void this.#look();
    });
  }

  /** What comes in the same breath is looked at together. */
  async #look(): Promise<void> {
    this.#looking = true;
    await Promise.resolve();
    this.#looking = false;
    if (this.#together === 0 && this.#waiting.length < ENOUGH) {
      for (const one of this.#waiting.splice(0, Math.max(APART - this.#apart, 0))) void this.#one(one);
      return;
    }
    while (this.#together < AT_ONCE && this.#waiting.length >= (this.#together === 0 ? ENOUGH : MANY))
      void this.#many(this.#take());
  }

  async #many(batch: readonly Waiting[]): Promise<void> {
    this.#together += 1;
    await this.#batch(batch);
    this.#together -= 1;
    if (this.#waiting.length > 0 && !this.#looking) void this.#look();
  }

  async #one({ question, number, resolve, reject }: Waiting): Promise<void> {
    this.#apart += 1;
    await authoriseNumber(this.pool, question, number).then(resolve, reject);
    this.#apart -= 1;
    if (this.#waiting.length > 0 && !this.#looking) void this.#look();
  }

  /** Of one PBX, and each call once: a question that comes again goes with the next statement. */
  #take(): readonly Waiting[] {
    const pbx = this.#waiting[0]?.question.pbx;
    const seen = new Set<string>();
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    for (const one of this.#waiting.splice(0)) {
      const fits = taken.length < MOST && one.question.pbx === pbx && !seen.has(one.question.call);
      seen.add(one.question.call);
      (fits ? taken : left).push(one);
    }
    this.#waiting.push(...left);
    return taken;
  }

  async #batch(batch: readonly Waiting[]): Promise<void> {
    // One of them is bad, its wallet is held, or the database is away: each for itself, so that the bad one fails alone.
    const answers = await authoriseMany(this.pool, batch).catch(() => new Map<string, Answer>());
    for (const one of batch) {
      const answer = answers.get(one.question.call);
      if (answer) one.resolve(answer);
      else void authoriseNumber(this.pool, one.question, one.number).then(one.resolve, one.reject);
    }
  }
}
