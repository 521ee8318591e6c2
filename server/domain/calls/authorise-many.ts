import { type Answer, answerOf, type Question, type VerdictRow } from "@/server/domain/calls/call-control";
import { classByKind } from "@/server/domain/destinations/number-class.rules";
import type { Dialled } from "@/server/domain/rating/dialling.rules";
import type { SqlPool } from "@/server/infra/db/pool";

/** A question about a call, and its number as it was read. */
export type Asked = Readonly<{ question: Question; number: Dialled }>;

type PlacedRow = Pick<VerdictRow, "call_id" | "tenant_id" | "granted_seconds" | "caller_id"> & { pbx_call: string };

/**
 * Decides about many calls to numbers outside, of one PBX and each at most once, in one statement. The answers are those of
 * `authoriseNumber` for each in turn. Locks their tenants, then the wallets of all their chains by id.
 * @returns the answers by call. One that has none was not decided about: ask `authoriseNumber`.
 * @throws what the database threw, also when somebody holds one of the wallets for longer than a moment: then nothing of
 * all that happened.
 */
export async function authoriseMany(pool: SqlPool, asked: readonly Asked[]): Promise<ReadonlyMap<string, Answer>> {
  const column = <T>(value: (one: Asked) => T) => asked.map(value);
  const rows = await pool.query<PlacedRow>(
    "calls_authorise",
    "SELECT * FROM calls_authorise($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    [
      asked[0]?.question.pbx ?? "",
      column(({ question }) => question.call),
      column(({ question }) => question.endpoint),
      column(({ number }) => number.digits),
      column(({ number }) => number.e164 ?? null),
      column(({ number }) => number.country ?? null),
      column(({ question }) => question.address),
      column(({ question }) => question.at),
      column(({ number }) => classByKind(number) ?? null),
    ],
  );
  const numbers = new Map(asked.map(({ question, number }) => [question.call, number]));
  return new Map(
    rows.map((row) => {
      const number = numbers.get(row.pbx_call);
      return [row.pbx_call, answerOf({ ...row, kind: "out", code: "", target: number?.e164 ?? null }, number)];
    }),
  );
}
