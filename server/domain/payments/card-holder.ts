import type { Seat } from "@/server/domain/tenancy/seats";
import { DomainError } from "@/server/kernel/errors";

/**
 * A saved card is charged because its holder wants it so; whoever stands above may stop that, and give credit instead.
 * @throws DomainError forbidden for a seat above the tenant acted on.
 */
export function requireCardHolder(seat: Seat): void {
  if (seat.seatTenantId === seat.tenantId) return;
  throw new DomainError(
    "forbidden",
    { field: "tenant" },
    "Only a seat of the tenant itself has its card charged. Give it credit instead, or ask it to do so.",
  );
}
