import { describe, expect, it } from "vitest";

import { passwordCheck } from "@/components/sign-in/password-check";
import { safePath } from "@/components/sign-in/safe-path";
import { signInRefusal } from "@/components/sign-in/sign-in-refusal";

describe("signing in", () => {
  it("says how long to wait", () => {
    expect(signInRefusal("rate_limited:45").next).toContain("45 seconds");
    expect(signInRefusal("rate_limited:900").next).toContain("15 minutes");
    expect(signInRefusal("rate_limited:x").next).toContain("a while");
  });

  it("tells somebody at a banned address why, and until when", () => {
    const refusal = signInRefusal("banned:2027-01-02T03:04:05.000Z:5 failed sign-ins");
    expect(refusal.title).toBe("Requests from your address are refused until 2027-01-02 03:04 UTC.");
    expect(refusal.next).toContain("Why: 5 failed sign-ins.");
    expect(signInRefusal("banned:").title).toContain("for now");
  });

  it("does not say whether the address or the password was wrong", () => {
    expect(signInRefusal("CredentialsSignin").title).toBe("E-mail and password do not match.");
    expect(signInRefusal("anything").code).toBe("internal");
  });

  it("leads on inside the portal only", () => {
    expect(safePath("/t/acme/calls?q=1")).toBe("/t/acme/calls?q=1");
    for (const bad of [
      undefined,
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/a\nb",
      "/sign-in?next=/x",
    ]) {
      expect([bad, safePath(bad)]).toEqual([bad, "/"]);
    }
  });

  it("counts the characters that a password still needs", () => {
    expect(passwordCheck("short")).toBe("Use 10 more characters; at least 15 in all.");
    expect(passwordCheck("four words in a row")).toBeUndefined();
  });
});
