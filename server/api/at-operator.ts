import { DomainError } from "@/server/kernel/errors";

/**
 * Makes the guard of a page that is the operator's alone, whoever's role reaches it elsewhere.
 * @param page of the portal; what the guard throws is DomainError forbidden with this sentence.
 */
export const onlyAtOperator =
  (page: string, sentence: string) =>
  ({ tenantKind }: { readonly tenantKind: string }): void => {
    if (tenantKind !== "operator") throw new DomainError("forbidden", { page }, sentence);
  };

/**
 * An attack is seen at the PBX, which is the operator's; it names whoever is attacked.
 * @throws DomainError forbidden anywhere else.
 */
export const atOperator = onlyAtOperator("incidents", "Incidents are the operator's: open them there.");
