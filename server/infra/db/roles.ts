import type { Client } from "pg";

import { MigrationError } from "./migration-files";

/**
 * The roles of the product belong to the whole server, not to one database: several databases (tests) migrate on one
 * server at once, so every step here may lose a race and must not mind.
 */
const roles = {
  portal_app: "LOGIN",
  portal_charge: "NOLOGIN",
  portal_system: "NOLOGIN",
  asterisk: "LOGIN",
} as const;

/** Creates the roles that are missing and makes the caller able to hand functions to those that own them. */
export async function ensureRoles(client: Client): Promise<void> {
  for (const [role, login] of Object.entries(roles)) {
    const { rows } = await client.query<Known>("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1", [
      role,
    ]);
    if (!rows[0]) await create(client, role, login);
    else if (rows[0].rolsuper || rows[0].rolbypassrls) {
      throw new MigrationError(`The role ${role} may bypass row security: take SUPERUSER and BYPASSRLS away from it.`);
    }
  }
  for (const owner of ["portal_charge", "portal_system"]) await join(client, owner);
}

type Known = { rolsuper: boolean; rolbypassrls: boolean };

async function create(client: Client, role: string, login: string): Promise<void> {
  try {
    await client.query(`CREATE ROLE ${role} ${login}`);
  } catch (error) {
    const code = codeOf(error);
    if (code === "42501") {
      throw new MigrationError(
        `The migrating role may not create the role ${role}: give it CREATEROLE, or create ${role} yourself.`,
      );
    }
    // Somebody else created it at the same moment.
    if (code !== "42710" && code !== "23505") throw error;
  }
}

/** ALTER FUNCTION … OWNER TO wants membership, unless one is superuser. */
async function join(client: Client, role: string): Promise<void> {
  const { rows } = await client.query<{ member: boolean }>("SELECT pg_has_role(current_user, $1, 'SET') AS member", [
    role,
  ]);
  if (rows[0]?.member) return;
  try {
    await retrying(() => client.query(`GRANT ${role} TO current_user WITH SET TRUE`));
  } catch {
    throw new MigrationError(`The migrating role may not act as ${role}: run GRANT ${role} TO it as an administrator.`);
  }
}

/** Gives the login roles their passwords, and Asterisk the schema it looks into. Safe to repeat. */
export async function setLogins(client: Client, passwords: Readonly<Record<string, string>>): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    if (!(role in roles)) throw new MigrationError(`There is no login role ${role}.`);
    try {
      await retrying(() => client.query(`ALTER ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`));
    } catch (error) {
      if (codeOf(error) !== "42501") throw error;
      throw new MigrationError(
        `The migrating role may not set the password of ${role}: grant it ${role} WITH ADMIN OPTION.`,
      );
    }
  }
  if (passwords["asterisk"] !== undefined)
    await retrying(() => client.query("ALTER ROLE asterisk SET search_path = pbx"));
}

const codeOf = (error: unknown): string | undefined => (error as { code?: string }).code;

/** What Postgres says when another database of the server changed (XX000) or first set (23505) the same role's settings. */
const lostRaces: readonly string[] = ["XX000", "23505"];

/** "tuple concurrently updated": two databases of one server changed the same role at the same moment. */
async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!lostRaces.includes(codeOf(error) ?? "") || attempt === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
    }
  }
}
