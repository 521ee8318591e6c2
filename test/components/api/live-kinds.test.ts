import { describe, expect, it } from "vitest";

import { kindsIn, pathsOf } from "@/components/api/live-kinds";
import { liveKinds } from "@/server/infra/live/bus";

describe("the live stream", () => {
  it("makes something old for every kind that the server sends", () => {
    for (const kind of liveKinds) expect([kind, pathsOf([kind]).length > 0]).toEqual([kind, true]);
  });

  it("asks for each thing once", () => {
    expect(pathsOf(["calls", "balance", "calls"]).filter((path) => path === "shell")).toHaveLength(1);
  });

  it("takes a message that it does not understand for nothing", () => {
    expect(kindsIn('{"kinds":["calls",3]}')).toEqual(["calls"]);
    expect(["", "{", "null", "[]", '{"kinds":"calls"}'].flatMap(kindsIn)).toEqual([]);
    expect(pathsOf(["weather"])).toEqual([]);
  });
});
