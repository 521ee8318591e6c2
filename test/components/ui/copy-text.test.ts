import { expect, test, vi } from "vitest";

import { copyText } from "@/components/ui/copy-text";

test("where there is no clipboard, as on plain http, copying is refused and can be told", async () => {
  vi.stubGlobal("navigator", {});
  await expect(copyText("https://portal.example/t/acme")).rejects.toThrow();
  vi.unstubAllGlobals();
});
