import { describe, expect, it } from "vitest";

import { deviceText } from "@/components/extensions/device-text";
import { eventWords } from "@/components/extensions/event-words";

describe("phones as people call them", () => {
  it("keeps name and version", () => {
    expect(deviceText("LinphoneAndroid/5.2.1 (Pixel 8) LinphoneSDK/5.3")).toBe("LinphoneAndroid 5.2.1");
    expect(deviceText("Yealink SIP-T46U 108.86.0.45")).toBe("Yealink SIP-T46U 108.86.0");
    expect(deviceText("Ringfence demo phone")).toBe("Ringfence demo phone");
    expect(deviceText("")).toBe("Unknown device");
  });

  it("has words for events, and splits those it has none for", () => {
    expect(eventWords("InvalidPassword")).toBe("Wrong password");
    expect(eventWords("InvalidTransport")).toBe("Invalid transport");
  });
});
