import { PrismaPg } from "@prisma/adapter-pg";

import { PrismaClient } from "@/server/infra/db/generated/client";
import { READERS_WAIT_MS } from "@/server/infra/db/pool";

export type Db = PrismaClient;

/** One pool of connections as the role in the address. Nothing connects before the first query. */
export const connectDb = (connectionString: string, max = 10): Db =>
  new PrismaClient({ adapter: new PrismaPg({ connectionString, max, connectionTimeoutMillis: READERS_WAIT_MS }) });
