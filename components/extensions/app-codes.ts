type Account = Readonly<{
  sipUsername: string;
  secretOnce: string;
  sipDomain: string;
  sipPort: number;
  transport: string;
}>;

/**
 * The account as Groundwire and Cloud Softphone read it from a QR code or from a link. It holds the secret, so it is drawn in
 * the browser and kept nowhere. Signs that would end a part are written as such links write them.
 */
export function acrobitsCode({ sipUsername, sipDomain, secretOnce }: Account, cloudId: string): string {
  const part = (text: string) => encodeURIComponent(text);
  return `csc:${part(sipUsername)}@${part(sipDomain)}:${part(secretOnce)}@${part(cloudId)}`;
}

/** Zoiper's page that draws its QR code. The secret is in this address, so it goes to Zoiper: only for whoever agrees to that. */
export function zoiperAddress(account: Account, providerId: string): string {
  const address = new URL("https://oem.zoiper.com/qr.php");
  address.search = new URLSearchParams({
    provider_id: providerId,
    u: account.sipUsername,
    p: account.secretOnce,
    h: `${account.sipDomain}:${account.sipPort}`,
    tr: account.transport === "tls" ? "2" : account.transport === "tcp" ? "1" : "0",
  }).toString();
  return address.href;
}
