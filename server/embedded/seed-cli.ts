import { seed } from "@/prisma/seed";
import { appUrl } from "@/server/config/database-url";
import { readEnv } from "@/server/config/env";

/** Fills an empty database with the demo, or with the operator alone. A process of its own, to be ended by Ctrl-C. */
const env = readEnv(process.env);
await seed({
  databaseUrl: appUrl(env),
  dataDir: env.DATA_DIR,
  demo: env.DEMO_DATA === "on",
  log: (line) => console.log(line),
});
process.exit(0);
