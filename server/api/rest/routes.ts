import { callRoutes, numberRoutes } from "@/server/api/rest/call-routes";
import { exportRoutes, scheduleRoutes } from "@/server/api/rest/export-routes";
import { extensionRoutes } from "@/server/api/rest/extension-routes";
import { incidentRoutes, securityRoutes, tenantRoutes } from "@/server/api/rest/house-routes";
import { moneyRoutes } from "@/server/api/rest/money-routes";
import { pbxRoutes } from "@/server/api/rest/pbx-routes";
import type { Route } from "@/server/api/rest/route";

/** Every address of the API. */
export const routes: readonly Route[] = [
  ...extensionRoutes,
  ...callRoutes,
  ...numberRoutes,
  ...moneyRoutes,
  ...tenantRoutes,
  ...incidentRoutes,
  ...securityRoutes,
  ...pbxRoutes,
  ...exportRoutes,
  ...scheduleRoutes,
];

type Found = Readonly<{ route: Route; params: Readonly<Record<string, string>> }>;

const partsOf = (path: string): string[] => path.split("/").filter(Boolean);

function paramsIn(route: Route, parts: readonly string[]): Record<string, string> | undefined {
  const wanted = partsOf(route.path);
  if (wanted.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [place, part] of wanted.entries()) {
    const given = parts[place] ?? "";
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name) params[name] = given;
    else if (part !== given) return undefined;
  }
  return params;
}

/** The address that was asked for; or which methods it knows, when not this one. */
export function findRoute(method: string, parts: readonly string[]): Found | { allow: readonly string[] } {
  const here = routes.flatMap((route) => {
    const params = paramsIn(route, parts);
    return params ? [{ route, params }] : [];
  });
  return here.find(({ route }) => route.method === method) ?? { allow: here.map(({ route }) => route.method) };
}
