export type PhoneSettings = Readonly<{
  sipUsername: string;
  secretOnce: string;
  sipDomain: string;
  sipPort: number;
  transport: string;
  displayName: string;
}>;

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? "");

/** The account as Grandstream Wave reads it from a QR code. It holds the secret, so it is drawn in the browser and kept nowhere. */
export function waveConfig(phone: PhoneSettings): string {
  const server = escaped(`${phone.sipDomain}:${phone.sipPort}`);
  const user = escaped(phone.sipUsername);
  const fields = [
    ["RegisterServer", server],
    ["UserID", user],
    ["AuthID", user],
    ["AuthPass", escaped(phone.secretOnce)],
    ["AccountName", escaped(phone.displayName)],
  ];
  const account = fields.map(([name, value]) => `<${name}>${value}</${name}>`).join("");
  return `<?xml version="1.0" encoding="utf-8"?><AccountConfig version="1"><Account>${account}</Account></AccountConfig>`;
}
