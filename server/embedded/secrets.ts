import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { StartError } from "./sentence";

const names = ["authSecret", "pbxSecret", "amiReadSecret", "amiActSecret", "redisPassword"] as const;
export type Secrets = Readonly<Record<(typeof names)[number], string>>;

/** Made up at the first start of a data folder and kept with it: sessions and passwords outlive a restart. */
export function secretsOf(dataDir: string): Secrets {
  const file = path.join(dataDir, "secrets.json");
  const known = existsSync(file) ? read(file) : {};
  const missing = names.filter((name) => !known[name]);
  const secrets = {
    ...known,
    ...Object.fromEntries(missing.map((name) => [name, randomBytes(32).toString("base64url")])),
  };
  if (missing.length > 0) {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  }
  return secrets as Secrets;
}

function read(file: string): Partial<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<Record<string, string>>;
  } catch {
    throw new StartError(`${file} cannot be read: mend it, or begin anew with npm run reset.`);
  }
}
