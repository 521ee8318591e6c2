import type { Inputs } from "@/components/api/outputs";

type Input = Inputs["statements"]["list"];

/** The list that an address names; what it does not understand is left out. The server's page asks for the same. */
export function statementInput(tenantSlug: string, params: Readonly<{ get: (name: string) => string | null }>): Input {
  const side = (["own", "sold"] as const).find((known) => known === params.get("side"));
  const kind = (["month", "range"] as const).find((known) => known === params.get("kind"));
  const year = /^20\d\d$/.test(params.get("year") ?? "") ? Number(params.get("year")) : undefined;
  const text = params.get("q")?.trim().slice(0, 100);
  const cursor = params.get("before") ?? "";
  return {
    tenantSlug,
    ...(side ? { side } : {}),
    ...(kind ? { kind } : {}),
    ...(year ? { year } : {}),
    ...(text ? { text } : {}),
    ...(/^\d{4}-\d{2}-\d{2}_\d{4}-\d{6,12}$/.test(cursor) ? { cursor } : {}),
  };
}
