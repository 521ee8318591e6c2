import {
  isCount,
  type LimitName,
  type Limits,
  limitColumns,
  type NamedLimits,
} from "@/server/domain/limits/limit-fields";
import { getLimits, listExtensionLimits, setExtensionLimits, setLimits } from "@/server/domain/limits/limits";
import { extensionLimitsSchema, limitsSchema, previewSchema } from "@/server/domain/limits/limits.schema";
import { previewLimits } from "@/server/domain/limits/preview";
import type { TenantRead } from "@/server/infra/db/tenant-tx";
import { DomainError } from "@/server/kernel/errors";
import type { TenantId } from "@/server/kernel/ids";
import { check } from "../check";
import { BadInput, type Command, type Given } from "../command";
import type { Desk } from "../desk";

const optionOf: Readonly<Record<LimitName, string>> = {
  dailyCap: "daily",
  monthlyCap: "monthly",
  callCap: "call",
  maxPerMinute: "max-per-minute",
  maxCalls: "max-calls",
  maxCallsPerMinute: "max-calls-per-minute",
  maxCallsPerSecond: "max-calls-per-second",
};
const names = Object.keys(limitColumns) as readonly LimitName[];

const caps = {
  daily: { value: "20.00", about: "most that calls may cost on one day; none lifts it" },
  monthly: { value: "400.00", about: "most that calls may cost in one month; none lifts it" },
  call: { value: "5.00", about: "most that one call may cost; none lifts it" },
  "max-per-minute": { value: "0.50", about: "highest price of a minute that is dialled; none lifts it" },
} as const;
const subject = {
  tenant: { value: "slug", about: "whose limits", required: true },
  extension: { value: "number", about: "of this extension only" },
} as const;

/** What was typed, as the portal's form sends it: "none" lifts a limit, what is left out stays. */
function typedPatch(given: Given, wanted: readonly LimitName[]): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const name of wanted) {
    const text = given.text(optionOf[name])?.trim();
    if (text === undefined) continue;
    const counted = isCount(name) && /^\d{1,7}$/.test(text);
    patch[name] = text.toLowerCase() === "none" ? null : counted ? Number(text) : text;
  }
  return patch;
}

async function extensionNamed(
  tx: TenantRead,
  tenantId: TenantId,
  number: string,
): Promise<{ id: string; limits: Limits }> {
  const found = (await listExtensionLimits(tx, tenantId)).find((row) => row.number === number);
  if (!found) throw new DomainError("not_found", { extension: number }, `There is no extension ${number}.`);
  return found;
}

/** The tenant that sets the limits: one above, or the tenant itself. */
async function setterOf(desk: Desk, by: string | undefined, tenantId: TenantId): Promise<TenantId> {
  return by === undefined ? tenantId : (await desk.tenant(by)).id;
}

export const limitsSet: Command = {
  summary: "Limits what calls may cost and how many there may be. What is left out stays as it is.",
  options: {
    ...subject,
    by: { value: "slug", about: "set it from above, as this tenant; the one below cannot lift it" },
    ...caps,
    "max-calls": { value: "5", about: "calls at once; none is the standard" },
    "max-calls-per-minute": { value: "60", about: "calls begun in one minute; none is the standard" },
    "max-calls-per-second": { value: "5", about: "calls begun in one second; none lifts it" },
  },
  run: async (desk, given) => {
    const typed = typedPatch(given, names);
    if (Object.keys(typed).length === 0) throw new BadInput("Name a limit to set, such as --daily 20.00; see --help.");
    const number = given.text("extension");
    const tenant = await desk.tenant(given.must("tenant"));
    const after =
      number === undefined
        ? await ofTenant(desk, tenant.id, given.text("by"), typed)
        : await ofExtension(desk, tenant.id, number, given.text("by"), typed);
    await desk.publish(tenant.id, ["balance", "extensions", "audit"]);
    const whose = number === undefined ? tenant.slug : `${tenant.slug}, extension ${number},`;
    return { value: { tenant: tenant.slug, extension: number ?? null, ...after }, say: `${whose} has new limits.` };
  },
};

async function ofTenant(
  desk: Desk,
  id: TenantId,
  by: string | undefined,
  typed: Record<string, unknown>,
): Promise<NamedLimits> {
  const patch = check(limitsSchema, typed, optionOf);
  const setter = await setterOf(desk, by, id);
  return desk.change(setter, "limits.set", async (tx) => {
    const { before, after } = await setLimits(tx, id, patch);
    return { subject: `tenant:${id}`, before, after, alsoFor: setter === id ? [] : [id], result: after };
  });
}

async function ofExtension(
  desk: Desk,
  id: TenantId,
  number: string,
  by: string | undefined,
  typed: Record<string, unknown>,
): Promise<NamedLimits> {
  if (by !== undefined) throw new BadInput("--by is for a tenant's limits; an extension's are the tenant's own.");
  for (const name of ["maxCallsPerMinute", "maxCallsPerSecond"] as const) {
    if (name in typed) throw new BadInput(`--${optionOf[name]} is counted for the tenant only.`);
  }
  const patch = check(extensionLimitsSchema, typed, optionOf);
  return desk.change(id, "limits.set", async (tx) => {
    const extension = await extensionNamed(tx, id, number);
    const { before, after } = await setExtensionLimits(tx, id, extension.id, patch);
    return {
      subject: `extension:${extension.id}`,
      before: { extension: number, ...before },
      after: { extension: number, ...after },
      result: after,
    };
  });
}

export const limitsShow: Command = {
  summary: "A tenant's limits: what counts, what it wishes for itself, and what those above it allow.",
  options: subject,
  run: async (desk, given) => {
    const number = given.text("extension");
    const { id } = await desk.tenant(given.must("tenant"));
    if (number !== undefined) {
      const { limits } = await desk.read(id, (tx) => extensionNamed(tx, id, number));
      return { value: { extension: number, ...limits } };
    }
    const { currency, sellsBelowCost, effective, own, above } = await desk.read(id, (tx) => getLimits(tx, id, id));
    return { value: { currency, sellsBelowCost, effective, own, above } };
  },
};

export const limitsPreview: Command = {
  summary: "On how many of the last 30 days a cap would have stopped calls, and how many; nothing is changed.",
  options: { ...subject, ...caps },
  run: async (desk, given) => {
    const asked = check(
      previewSchema,
      typedPatch(given, ["dailyCap", "monthlyCap", "callCap", "maxPerMinute"]),
      optionOf,
    );
    const number = given.text("extension");
    const { id } = await desk.tenant(given.must("tenant"));
    const value = await desk.read(id, async (tx) => {
      const extensionId = number === undefined ? undefined : (await extensionNamed(tx, id, number)).id;
      return previewLimits(tx, id, { ...asked, extensionId });
    });
    return { value };
  },
};
