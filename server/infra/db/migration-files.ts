import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export type MigrationFile = Readonly<{ name: string; file: string; sql: string; checksum: string }>;
export type AppliedMigration = Readonly<{ name: string; checksum: string }>;

/** One plain sentence that names the file. */
export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

export const migrationsFolder = path.join(import.meta.dirname, "../../../prisma/migrations");

/** All migrations of a folder, in order. Their numbers run from 1 without a gap, so that a lost file is noticed. */
export function readMigrations(folder: string): MigrationFile[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return names.map((name, at) => {
    const number = /^(\d{4})_[a-z0-9_]+$/.exec(name)?.[1];
    if (!number) throw new MigrationError(`The folder ${name} in ${folder} is not named like 0001_some_words.`);
    if (Number(number) !== at + 1) {
      throw new MigrationError(`Migration ${name} comes where number ${String(at + 1).padStart(4, "0")} should be.`);
    }
    const file = path.join(folder, name, "migration.sql");
    return { name, file, ...contentOf(file) };
  });
}

function contentOf(file: string): { sql: string; checksum: string } {
  try {
    const sql = readFileSync(file, "utf8");
    return { sql, checksum: createHash("sha256").update(sql).digest("hex") };
  } catch {
    throw new MigrationError(`The migration file ${file} cannot be read.`);
  }
}

/** What is still to do; refuses when what was done is not what the files say. */
export function pendingMigrations(
  files: readonly MigrationFile[],
  applied: readonly AppliedMigration[],
): readonly MigrationFile[] {
  applied.forEach((done, at) => {
    const file = files[at];
    if (!file) {
      throw new MigrationError(
        `The database has migration ${done.name}, which this version does not know: update Ringfence.`,
      );
    }
    if (file.name !== done.name) {
      throw new MigrationError(`The database has migration ${done.name} where the files have ${file.name}.`);
    }
    if (file.checksum !== done.checksum) {
      throw new MigrationError(
        `The file ${file.file} was changed after it was applied: undo that, and add a new migration.`,
      );
    }
  });
  return files.slice(applied.length);
}
