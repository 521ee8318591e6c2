import { expect, test } from "vitest";

import { openApi, scopeOf } from "@/server/api/rest/openapi";
import { routes } from "@/server/api/rest/routes";
import { appRouter } from "@/server/api/root";

type Operation = {
  operationId: string;
  parameters: { name: string; in: string }[];
  responses: Record<string, unknown>;
  description: string;
};
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};
const document = openApi("https://portal.example") as unknown as Document;

test("the document names every address with its procedure's permission, its parameters and its answers, and no other", () => {
  const told = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(told.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
  for (const route of routes) {
    const operation = document.paths[route.path]?.[route.method.toLowerCase()];
    expect(operation?.operationId).toBe(route.id);
    expect(operation?.description).toBe(`Scope: ${scopeOf(route)}`);
    expect(Object.keys(operation?.responses ?? {})).toEqual([String(route.status ?? 200), "default"]);
    const names = (operation?.parameters ?? []).filter((one) => one.in === "path").map(({ name }) => `{${name}}`);
    expect(names).toEqual(route.path.match(/\{\w+\}/g) ?? []);
    expect(operation?.parameters.some(({ name }) => name === "Idempotency-Key")).toBe(route.method !== "GET");
    // Two of one name and place make the document invalid, and only one of them arrives.
    const places = (operation?.parameters ?? []).map((one) => `${route.id}: ${one.in} ${one.name}`);
    expect(new Set(places).size, places.join(", ")).toBe(places.length);
  }
});

test("each reference leads somewhere, and what asks for a person in person is not offered", () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
    expect(document.components.schemas).toHaveProperty(name ?? "");
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { meta?: { fresh?: boolean } } }>;
  for (const { procedure } of routes) expect(procedures[procedure]?._def.meta?.fresh, procedure).not.toBe(true);
});

test("it is what it was: a program that reads it is not surprised", async () => {
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot("openapi.snapshot.txt");
});
