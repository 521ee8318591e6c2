import { describe, expect, it } from "vitest";

import { waveConfig } from "@/components/extensions/wave-config";

describe("the account in the QR code", () => {
  it("carries server, user and secret, and cannot be broken out of", () => {
    const text = waveConfig({
      sipUsername: "acme-101",
      secretOnce: "K7vQ",
      sipDomain: "sip.example",
      sipPort: 5060,
      transport: "udp",
      displayName: `</Account>&"'<x>`,
    });
    expect(text).toContain("<RegisterServer>sip.example:5060</RegisterServer>");
    expect(text).toContain("<AuthPass>K7vQ</AuthPass>");
    expect(text).toContain("&lt;/Account&gt;&amp;&quot;&apos;&lt;x&gt;");
    expect(text.match(/<\/Account>/g)).toHaveLength(1);
  });
});
