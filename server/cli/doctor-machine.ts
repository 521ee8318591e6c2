import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import path from "node:path";

import type { Place } from "@/server/config/place";
import { examine, type Finding, fine, wrong } from "./doctor-part";

const LEAST_NODE = [20, 19] as const;
const LEAST_FREE_MB = 500;

/** What every later step stands on. */
export async function machineFindings(dataDir: string): Promise<Finding[]> {
  return [node(process.versions.node), await examine("disk", "Make room.", () => disk(dataDir))];
}

function node(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return fine("node", version);
  return wrong("node", version, `Use Node ${leastMajor}.${leastMinor} or newer.`);
}

async function disk(dataDir: string): Promise<Finding> {
  // The folder comes with the first start; until then its future place counts.
  let folder = dataDir;
  while (!existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 1_048_576);
  const detail = `${freeMb} MB free at ${folder}`;
  return freeMb >= LEAST_FREE_MB ? fine("disk", detail) : wrong("disk", detail, `Leave at least ${LEAST_FREE_MB} MB.`);
}

/** Words that stand in manuals and examples, and so in everybody's list of guesses. */
const wellKnown =
  /^(?:change-?me|secret|password|passw0rd|example|sample|test|default|admin|root|ringfence|asterisk|mysecret|amp111|portal)/i;
const LEAST_SYMBOLS = 10;

/** Secrets that somebody else could know. The values are looked at and never shown. */
export function secretFindings(place: Place): Finding {
  const password = decodeURIComponent(new URL(place.databaseUrl).password);
  const secrets = { ...place.secrets, "database password": password };
  const weak = Object.entries(secrets)
    .filter(([, value]) => value !== "" && (wellKnown.test(value) || new Set(value).size < LEAST_SYMBOLS))
    .map(([name]) => name);
  if (weak.length === 0) return fine("secrets", `${Object.keys(secrets).length} looked at, none well known`);
  return wrong("secrets", `${weak.join(", ")}: well known or too simple`, "Make it with: openssl rand -base64 33");
}
