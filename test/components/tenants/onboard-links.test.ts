import { expect, test } from "vitest";

import { onboardLinks } from "@/components/tenants/onboard-links";

test("the portal is where the invitation leads, under the brand's own host as well", () => {
  const extension = { sipUsername: "bakery-101", sipDomain: "sip.example.com", sipPort: 5060, transport: "tcp" };
  const made = { tenantSlug: "bakery", invitationUrl: "https://voice.example.com/invitation#secret", extension };
  expect(onboardLinks(made as Parameters<typeof onboardLinks>[0])).toEqual({
    invitation: "https://voice.example.com/invitation#secret",
    portal: "https://voice.example.com/t/bakery",
    phone: "sip:bakery-101@sip.example.com:5060;transport=tcp",
  });
});
