import { Prisma } from "@/server/infra/db/generated/client";

/** A piece of a statement with its values, for statements that share one; values never become text. */
export const { sql, join } = Prisma;
export type Sql = Prisma.Sql;
