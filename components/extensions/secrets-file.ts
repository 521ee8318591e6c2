type Secret = Readonly<{ number: string; displayName?: string; sipUsername: string; secret: string }>;
type Server = Readonly<{ domain: string; port: number; transport: string }>;

/** A cell of CSV. What a spreadsheet would take for a formula is kept a text. */
function cell(text: string): string {
  const plain = /^\s*[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** New secrets as a table, with all that a phone needs. It is made in the browser and handed over once. */
export function secretsFile(secrets: readonly Secret[], { domain, port, transport }: Server): string {
  const head = ["number", "name", "sip_username", "secret", "server", "port", "transport"];
  const rows = secrets.map(({ number, displayName = "", sipUsername, secret }) => [
    number,
    displayName,
    sipUsername,
    secret,
    domain,
    String(port),
    transport,
  ]);
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
