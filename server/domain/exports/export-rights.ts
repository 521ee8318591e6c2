import { type ExportKind, exportWords } from "@/server/domain/exports/export.schema";
import type { Permission, Role } from "@/server/domain/tenancy/roles";
import { DomainError } from "@/server/kernel/errors";

/** Whether somebody may do something: by the role, and by the scopes of the token that acts for them. */
export type May = (permission: Permission) => boolean;

/** @throws DomainError forbidden when whoever asks may not read what such a file has in it. */
export function requireExport(may: May, role: Role, what: ExportKind): void {
  const { name, ...wanted } = exportWords[what];
  const permission = [wanted.permission, ...(wanted.also ?? [])].find((one) => !may(one));
  if (permission === undefined) return;
  const sentence = `A file of ${name.toLowerCase()} wants the permission ${permission}, which your role (${role.replace("_", " ")}) or token does not include.`;
  throw new DomainError("forbidden", { permission, role }, sentence);
}
