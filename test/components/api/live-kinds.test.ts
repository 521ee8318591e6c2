import { describe, expect, it } from "vitest";

import { endIn, helloIn, kindsIn, pathsOf } from "@/components/api/live-kinds";
import { liveKinds } from "@/server/infra/live/bus";

describe("the live stream", () => {
  it("makes something old for every kind that the server sends", () => {
    for (const kind of liveKinds) expect([kind, pathsOf([kind]).length > 0]).toEqual([kind, true]);
  });

  it("asks for each thing once", () => {
    expect(pathsOf(["calls", "balance", "calls"]).filter((path) => path === "shell")).toHaveLength(1);
  });

  it("takes what is said of its own tenant, and nothing of another's", () => {
    expect(kindsIn('{"bakery":["calls",3],"garage":["audit"]}', "bakery")).toEqual(["calls"]);
    expect(kindsIn('{"bakery":["calls"]}', "constructor")).toEqual([]);
  });

  it("takes a message that it does not understand for nothing", () => {
    expect(["", "{", "null", "[]", '{"bakery":"calls"}'].flatMap((text) => kindsIn(text, "bakery"))).toEqual([]);
    expect(helloIn("null")).toEqual({ build: "", tenants: [], refused: [], reload: false });
    expect(endIn("7")).toEqual({ why: "", tenants: [] });
    expect(pathsOf(["weather"])).toEqual([]);
  });
});
