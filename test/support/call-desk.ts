import type { SqlPool } from "@/server/infra/db/pool";

export type Verdict = {
  call_id: string | null;
  kind: string;
  code: string;
  granted_seconds: number;
  target: string;
};

export type CallOf = {
  call: string;
  endpoint: string;
  dialled?: string;
  e164?: string;
  kind?: string;
  country?: string;
  /** The class of the number by its kind. */
  numbers?: "normal" | "special";
  at?: Date;
};

/** The life of a call as call control lives it, through the same functions, as the same role. */
export function callDesk(pool: SqlPool, pbx = "pbx1") {
  return {
    authorise: async (of: CallOf): Promise<Verdict> => {
      const [verdict] = await pool.query<Verdict>(
        "test_authorise",
        "SELECT * FROM call_authorise($1, $2, $3, $4, $5, $6, $7, '', $8, $9)",
        [
          pbx,
          of.call,
          of.endpoint,
          of.dialled ?? of.e164 ?? "493012345678",
          of.kind ?? "external",
          of.e164 ?? "493012345678",
          of.country ?? "DE",
          of.at ?? new Date(),
          of.numbers ?? "normal",
        ],
      );
      if (!verdict) throw new Error("no verdict");
      return verdict;
    },
    answered: async (call: string, at = new Date()): Promise<boolean> =>
      (await pool.query<{ ok: boolean }>("test_answered", "SELECT call_answered($1, $2, $3) AS ok", [pbx, call, at]))[0]
        ?.ok ?? false,
    renew: async (call: string, at = new Date()): Promise<{ granted_seconds: number; code: string } | undefined> =>
      (
        await pool.query<{ granted_seconds: number; code: string }>(
          "test_renew",
          "SELECT * FROM call_renew($1, $2, $3)",
          [pbx, call, at],
        )
      )[0],
    settle: async (
      call: string,
      talkMs: number,
      more: { outcome?: string; reason?: string; side?: string; at?: Date } = {},
    ): Promise<string> =>
      (
        await pool.query<{ result: string }>(
          "test_settle",
          "SELECT call_settle($1, $2, $3, $4, $5, $6, 16, $7, 'hangup') AS result",
          [
            pbx,
            call,
            talkMs,
            more.at ?? new Date(),
            more.outcome ?? "no_answer",
            more.reason ?? null,
            more.side ?? "caller",
          ],
        )
      )[0]?.result ?? "",
  };
}
