import { describe, expect, it } from "vitest";

import { browserText } from "@/server/kernel/browser-text";

describe("browsers as people call them", () => {
  it("names the browser and the system", () => {
    expect(browserText("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36")).toBe(
      "Chrome 156 on Linux",
    );
    expect(browserText("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/26.1 Safari/605.1")).toBe(
      "Safari 26 on macOS",
    );
    expect(browserText("Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537 Edg/156.0")).toBe("Edge 156 on Windows");
  });

  it("does not guess", () => {
    expect(browserText("curl/8.1")).toBe("curl/8.1");
    expect(browserText("")).toBe("Unknown browser");
  });
});
