import { Client } from "pg";

/**
 * Writes down what a trunk of the embedded PBX is known by while nobody has listed its networks: whatever stood there from an
 * earlier start is replaced.
 * @param url connects as the owner of the schema.
 * @param trunk.match as Asterisk reads it: an address, with a port if only that one is meant.
 */
export async function nameTrunk(url: string, trunk: Readonly<{ endpoint: string; match: string }>): Promise<void> {
  const client = new Client({ connectionString: url, application_name: "ringfence-start" });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(
      `INSERT INTO pbx.ps_endpoint_id_ips (id, endpoint, match) VALUES ($1, $1, $2)
       ON CONFLICT (id) DO UPDATE SET endpoint = excluded.endpoint, match = excluded.match`,
      [trunk.endpoint, trunk.match],
    );
  } finally {
    await client.end();
  }
}
