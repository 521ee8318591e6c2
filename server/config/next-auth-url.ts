import type { Env } from "./env";

/** next-auth reads its own address from the environment and nowhere else. */
export function tellNextAuth(env: Pick<Env, "APP_URL">): void {
  process.env["NEXTAUTH_URL"] = env.APP_URL;
}
