import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { slugOf } from "@/components/tenants/slug-of";
import { slugSchema } from "@/server/domain/tenancy/tenant.schema";

describe("a short name from a company's name", () => {
  it("is what a person would have written", () => {
    expect(slugOf("Müller & Söhne GmbH")).toBe("mueller-soehne");
    expect(slugOf("Café Amélie")).toBe("cafe-amelie");
    expect(slugOf("3M Deutschland")).toBe("m-deutschland");
    expect(slugOf("Agnes AG")).toBe("agnes");
  });

  it("is taken by the server whenever it is long enough", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (name) => {
        const slug = slugOf(name);
        expect(slug.length < 3 || slugSchema.safeParse(slug).success).toBe(true);
      }),
    );
  });
});
