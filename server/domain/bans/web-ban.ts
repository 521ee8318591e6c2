import type { Db } from "@/server/infra/db/client";
import { DomainError } from "@/server/kernel/errors";

export type WebBan = Readonly<{ reason: string; expiresAt: Date }>;

/** The ban of the portal that an address is under now, the one that ends last. Asking counts as a hit of it. */
export async function webBanOf(db: Db, address: string): Promise<WebBan | undefined> {
  if (!address) return undefined;
  const [ban] = await db.$queryRaw<WebBan[]>`
    SELECT reason, expires_at AS "expiresAt" FROM ban_of_web(${address})`;
  return ban;
}

/** What somebody from a banned address is told: why, and until when. */
export function bannedError({ reason, expiresAt }: WebBan): DomainError {
  const until = expiresAt.toISOString();
  const sentence = `Requests from your address are refused until ${until.slice(0, 16).replace("T", " ")} UTC: ${reason}.`;
  return new DomainError("banned", { until, reason }, sentence);
}
