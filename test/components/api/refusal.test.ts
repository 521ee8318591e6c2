import { describe, expect, it } from "vitest";

import { problemsOf, refusalBeside, refusalOf } from "@/components/api/refusal";
import { domainErrors } from "@/server/kernel/errors";

const failed = (data: unknown) => Object.assign(new Error("secret text of the library"), { data });

describe("errors as people read them", () => {
  it("have a title and a next step for every code there is", () => {
    for (const code of Object.keys(domainErrors)) {
      const refusal = refusalOf(failed({ domainCode: code }));
      expect([code, refusal.code]).toEqual([code, code]);
      expect(refusal.next).toMatch(/\.$/);
    }
  });

  it("prefer the server's sentence, which knows the case", () => {
    const refusal = refusalOf(failed({ domainCode: "invalid_state", sentence: "This call is over." }));
    expect(refusal.title).toBe("This call is over.");
  });

  it("never show the text of the error itself", () => {
    const shown = [undefined, {}, { code: "INTERNAL_SERVER_ERROR", requestId: "r1" }].map((data) =>
      refusalOf(failed(data)),
    );
    expect(JSON.stringify(shown)).not.toContain("secret");
    expect(shown[2]?.code).toContain("r1");
    expect(shown[0]?.code).toBe("no_answer");
  });

  it("are not said twice when they stand at their fields", () => {
    const taken = failed({ domainCode: "slug_taken", sentence: "Taken.", detail: { field: "slug" } });
    expect(refusalBeside(taken, { slug: true })).toBeUndefined();
    expect(refusalBeside(taken, { number: true })?.code).toBe("slug_taken");
    expect(refusalBeside(failed({ domainCode: "forbidden" }), { slug: true })?.code).toBe("forbidden");
    expect(refusalBeside(null, {})).toBeUndefined();
  });

  it("stand at the field they are about", () => {
    expect(problemsOf(failed({ problems: { number: ["Two to six digits.", "More."] } }))).toEqual({
      number: "Two to six digits.",
    });
    expect(problemsOf(failed({ domainCode: "slug_taken", sentence: "Taken.", detail: { field: "slug" } }))).toEqual({
      slug: "Taken.",
    });
    expect(problemsOf(new Error("x"))).toEqual({});
  });
});
