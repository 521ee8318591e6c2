/** `npm run web`: the production portal alone. Everything it needs is in the environment. */
import { createRequire } from "node:module";

import { EnvironmentError, readEnv } from "@/server/config/env";

import { isBuilt, nextBin } from "./build-web";
import { claimPort } from "./ports";
import { StartError, sentenceOf } from "./sentence";

try {
  const env = readEnv(process.env);
  if (!isBuilt()) throw new StartError("The portal is not built: run npm run build first.");
  await claimPort({ name: "the portal", variable: "PORT", host: env.WEB_BIND, port: env.PORT });
  Object.assign(process.env, { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" });
  // In this same process: one less to pass signals to, and one less to die unnoticed.
  process.argv = [process.execPath, nextBin, "start", "-H", env.WEB_BIND, "-p", String(env.PORT)];
  createRequire(import.meta.url)(nextBin);
} catch (error) {
  const known = error instanceof StartError || error instanceof EnvironmentError;
  console.error(known ? sentenceOf(error) : error);
  process.exit(1);
}
