import { expect, test } from "vitest";

import { mayHandle, roleFits } from "@/server/domain/tenancy/member.rules";
import { allows, isRole, roles } from "@/server/domain/tenancy/roles";

test("only owners give and take the seat of an owner", () => {
  for (const by of roles) {
    expect(mayHandle(by, "owner")).toBe(by === "owner");
    expect(mayHandle(by, "viewer")).toBe(true);
  }
});

test("the incident desk and the auditors belong to the operator", () => {
  for (const role of roles) {
    expect(roleFits(role, "operator")).toBe(true);
    expect(roleFits(role, "customer")).toBe(role !== "auditor" && role !== "incident_responder");
  }
});

test("looking is for everybody, changing is not", () => {
  for (const role of roles) expect(allows(role, "shell.read")).toBe(true);
  expect(roles.filter((role) => allows(role, "members.write"))).toEqual(["owner", "admin"]);
  expect(roles.filter((role) => allows(role, "billing.write"))).toEqual(["owner", "admin", "billing"]);
  expect(allows("auditor", "extensions.write")).toBe(false);
  expect(allows("viewer", "audit.read")).toBe(false);
});

test("a word that is no role is none", () => {
  expect(isRole("toString")).toBe(false);
  expect(isRole("owner")).toBe(true);
});
