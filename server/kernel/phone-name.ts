/**
 * The user name of the extension that an endpoint of the telephone system belongs to: a phone in a browser is called like its
 * extension, a dot, and something random. No user name of an extension has a dot.
 */
export const phoneOf = (endpoint: string): string => endpoint.split(".", 1)[0] ?? endpoint;

/** Whether an endpoint is a phone in a browser. */
export const isBrowserPhone = (endpoint: string): boolean => endpoint.includes(".");

/** The phone behind a channel's name, by the user name of its extension; undefined for a channel that is no phone's. */
export function phoneOfChannel(channel: string): string | undefined {
  const endpoint = /^PJSIP\/(.+)-[0-9a-f]{8}$/.exec(channel)?.[1];
  return endpoint === undefined ? undefined : phoneOf(endpoint);
}
