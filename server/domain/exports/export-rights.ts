import { type ExportKind, exportWords } from "@/server/domain/exports/export.schema";
import { allows, type Role } from "@/server/domain/tenancy/roles";
import { DomainError } from "@/server/kernel/errors";

/** @throws DomainError forbidden when the role may not read what such a file has in it. */
export function requireExport(role: Role, what: ExportKind): void {
  const { permission, name } = exportWords[what];
  if (allows(role, permission)) return;
  const sentence = `A file of ${name.toLowerCase()} wants the permission ${permission}, which your role (${role.replace("_", " ")}) does not include.`;
  throw new DomainError("forbidden", { permission, role }, sentence);
}
