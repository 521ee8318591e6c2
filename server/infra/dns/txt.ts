import { Resolver } from "node:dns/promises";

const TIMEOUT_MS = 3_000;
const NOTHING = new Set(["ENOTFOUND", "ENODATA"]);

/**
 * Asks the DNS for the TXT records of a name, each joined to one text; none where there is no such name.
 * @param servers addresses with a port, such as 127.0.0.1:5353; the machine's own when left out.
 * @param timeoutMs of the first try; the second waits longer.
 * @throws what the resolver throws when no server answers.
 */
export function createTxtLookup(
  servers?: readonly string[],
  timeoutMs = TIMEOUT_MS,
): (name: string) => Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
  if (servers) resolver.setServers([...servers]);
  return async (name) => {
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    } catch (error) {
      if (NOTHING.has(String((error as NodeJS.ErrnoException).code))) return [];
      throw error;
    }
  };
}
