import { listMembers } from "@/server/domain/tenancy/members";
import type { TenantId } from "@/server/kernel/ids";
import { BadInput } from "./command";
import type { Desk } from "./desk";

/** The id of somebody with a seat at the operator. @throws BadInput naming the option when nobody there has the mail address. */
export async function memberOf(desk: Desk, operator: TenantId, option: string, mail: string): Promise<string> {
  const members = await desk.read(operator, (tx) => listMembers(tx, operator));
  const found = members.find(({ email }) => email.toLowerCase() === mail.toLowerCase());
  if (!found) throw new BadInput(`--${option}: nobody with a seat at the operator has the address ${mail}.`);
  return found.userId;
}
