import type { Outputs } from "@/components/api/outputs";

type Made = Pick<Outputs["tenants"]["onboard"], "invitationUrl" | "tenantSlug" | "extension">;

/** What is handed over of a new tenant, each to be copied: the way in, its portal, and the address of its first phone. */
export function onboardLinks({ invitationUrl, tenantSlug, extension }: Made) {
  const { sipUsername, sipDomain, sipPort, transport } = extension;
  return {
    invitation: invitationUrl,
    portal: new URL(`/t/${tenantSlug}`, invitationUrl).href,
    phone: `sip:${sipUsername}@${sipDomain}:${sipPort};transport=${transport}`,
  };
}
