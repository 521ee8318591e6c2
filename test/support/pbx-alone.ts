import { createHash } from "node:crypto";
import path from "node:path";
import { Client } from "pg";

import { type Stack, startStack } from "@/server/embedded/stack";
import { PATIENT } from "./patient";
import type { SippPhone } from "./sipp";

/** A real Asterisk on a migrated database, with nobody at call control. */
export const startPbxAlone = (dataDir: string, more: Readonly<Record<string, string>> = {}): Promise<Stack> =>
  startStack({
    dataDir,
    web: false,
    workers: false,
    seed: false,
    redis: false,
    ports: { web: 0, callControl: 0, sip: 0 },
    env: {
      ...PATIENT,
      PBX: "embedded",
      RINGFENCE_CACHE: process.env["RINGFENCE_CACHE"] ?? path.resolve(".data/cache"),
      ...more,
    },
    postgresSettings: { fsync: "off", synchronous_commit: "off" },
  });

/** Has whoever sends from that port of this machine taken for the operator's carrier. */
export async function provisionTrunk(stack: Stack, port: number): Promise<void> {
  const client = new Client({ connectionString: stack.urls.owner });
  await client.connect();
  try {
    const match = `127.0.0.1:${port}/32`;
    await client.query("INSERT INTO pbx.ps_endpoint_id_ips (id, endpoint, match) VALUES ($1, 'carrier', $2)", [
      `trunk-${port}`,
      match,
    ]);
  } finally {
    await client.end();
  }
}

/** An endpoint as provisioning writes it, without the portal. */
export async function provisionPhone(stack: Stack, username: string): Promise<SippPhone> {
  const secret = "a-secret-of-a-test";
  const digest = `MD5:${createHash("md5").update(`${username}:ringfence:${secret}`).digest("hex")}`;
  const client = new Client({ connectionString: stack.urls.owner });
  await client.connect();
  try {
    await client.query("INSERT INTO pbx.ps_aors (id, max_contacts, remove_existing) VALUES ($1, '3', 'yes')", [
      username,
    ]);
    await client.query(
      `INSERT INTO pbx.ps_auths (id, auth_type, username, realm, password_digest, supported_algorithms_uas, supported_algorithms_uac)
       VALUES ($1, 'digest', $1, 'ringfence', $2, 'MD5', 'MD5')`,
      [username, digest],
    );
    await client.query(
      `INSERT INTO pbx.ps_endpoints (id, aors, auth, context, disallow, allow, direct_media, rtp_symmetric, force_rport,
         rewrite_contact, callerid, set_var, identify_by)
       VALUES ($1, $1, $1, 'ringfence-phone', 'all', 'ulaw,alaw,g722', 'no', 'yes', 'yes', 'yes', '<100>',
         'RF_EMERGENCY=-112-110-', 'username,auth_username')`,
      [username],
    );
  } finally {
    await client.end();
  }
  return { server: { host: "127.0.0.1", port: stack.runtime.sipPort }, username, secret };
}
