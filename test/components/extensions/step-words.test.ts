import { describe, expect, it } from "vitest";

import { stepsShown } from "@/components/extensions/step-words";

const phone = { server: "127.0.0.1:5060", transport: "udp" };
const at = (second: number) => new Date(second * 1_000);
const waiting = { at: at(0), kind: "waiting" };
const wrong = (second: number) => ({ at: at(second), kind: "wrong_password", address: "203.0.113.7" });
const registered = (second: number) => ({
  at: at(second),
  kind: "registered",
  address: "203.0.113.7",
  userAgent: "Linphone/5.2.1",
});

describe("connecting a phone, step by step", () => {
  it("waits, and names the usual suspects when nothing comes", () => {
    expect(stepsShown([waiting], false, phone).map((step) => step.title)).toEqual(["Waiting for your phone…"]);
    const [silent] = stepsShown([waiting], true, phone);
    expect(silent?.detail).toContain("127.0.0.1:5060");
    expect(silent?.detail).toContain("UDP");
  });

  it("counts wrong passwords in one line", () => {
    const [first] = stepsShown([waiting, wrong(1), wrong(2), wrong(3), wrong(4)], false, phone);
    expect(first?.title).toBe("Wrong password from 203.0.113.7 (4th try)");
    expect(stepsShown([wrong(1)], false, phone)[0]?.title).toBe("Wrong password from 203.0.113.7");
  });

  it("ends with the registration, and keeps what went wrong before it", () => {
    const steps = stepsShown([waiting, wrong(1), registered(5)], true, phone);
    expect(steps.map((step) => step.key)).toEqual(["wrong", "accepted", "registered"]);
    expect(steps[1]?.detail).toBe("Linphone 5.2.1");
  });

  it("does not call a phone registered whose password was refused since", () => {
    const steps = stepsShown([registered(1), wrong(5)], false, phone);
    expect(steps.map((step) => step.key)).toEqual(["wrong", "waiting"]);
  });

  it("says when an address is not let in", () => {
    const blocked = { at: at(3), kind: "blocked", address: "198.51.100.4" };
    expect(stepsShown([blocked], false, phone)[0]?.title).toBe("The address 198.51.100.4 is not let in");
  });

  it("says which name nobody has, and which one to use", () => {
    const unknown = { at: at(2), kind: "unknown_user", address: "203.0.113.7", username: "1001x" };
    const [step] = stepsShown([waiting, unknown], false, { ...phone, username: "acme-101" });
    expect(step?.title).toBe('Unknown user name "1001x" from 203.0.113.7');
    const [nameless] = stepsShown([{ ...unknown, username: "" }], false, phone);
    expect(nameless?.title).toBe("Unknown user name from 203.0.113.7");
    expect(step?.detail).toContain("acme-101");
  });

  it("says that the address is banned instead of that it was refused", () => {
    const blocked = { at: at(3), kind: "blocked", address: "198.51.100.4" };
    const banned = { at: at(3), kind: "banned", address: "198.51.100.4", until: at(600) };
    const steps = stepsShown([blocked, banned], false, phone);
    expect(steps.map((step) => step.key)).toEqual(["banned", "waiting"]);
    expect(steps[0]?.title).toMatch(/^Your address 198\.51\.100\.4 is blocked, until \d\d:\d\d$/);
    expect(steps[0]?.unblock).toBeUndefined();
    const [mine] = stepsShown([{ ...banned, tries: 6, canLift: true }], false, phone);
    expect(mine?.title).toMatch(/^Your address 198\.51\.100\.4 is blocked after 6 wrong tries, until \d\d:\d\d$/);
    expect(mine?.unblock).toBe("198.51.100.4");
  });

  it("names the transport that a phone came over", () => {
    const steps = stepsShown([{ ...registered(5), transport: "TLS" }], false, phone);
    expect(steps[0]?.detail).toBe("Linphone 5.2.1, TLS");
  });
});
