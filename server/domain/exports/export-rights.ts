import { type ExportKind, exportWords } from "@/server/domain/exports/export.schema";
import type { Permission, Role } from "@/server/domain/tenancy/roles";
import { DomainError } from "@/server/kernel/errors";

/** Whether somebody may do something: by the role, and by the scopes of the token that acts for them. */
export type May = (permission: Permission) => boolean;

/** What whoever asks lacks to read what such a file has in it; undefined when nothing. */
export function missingFor(may: May, what: ExportKind): Permission | undefined {
  const { permission, also = [] } = exportWords[what];
  return [permission, ...also].find((one) => !may(one));
}

/** @throws DomainError forbidden when whoever asks may not read what such a file has in it. */
export function requireExport(may: May, role: Role, what: ExportKind): void {
  const permission = missingFor(may, what);
  if (permission === undefined) return;
  const sentence = `A file of ${exportWords[what].name.toLowerCase()} wants the permission ${permission}, which your role (${role.replace("_", " ")}) or token does not include.`;
  throw new DomainError("forbidden", { permission, role }, sentence);
}
