/** What the name of a phone in a browser has behind its extension's; no user name of an extension has a dot. */
const IN_BROWSER = /\.w[0-9a-f]+$/;

/** The user name of the extension that an endpoint of the telephone system belongs to; other names stay as they are. */
export const phoneOf = (endpoint: string): string => endpoint.replace(IN_BROWSER, "");

/** Whether an endpoint is a phone in a browser. */
export const isBrowserPhone = (endpoint: string): boolean => IN_BROWSER.test(endpoint);

/** The phone behind a channel's name, by the user name of its extension; undefined for a channel that is no phone's. */
export function phoneOfChannel(channel: string): string | undefined {
  const endpoint = /^PJSIP\/(.+)-[0-9a-f]{8}$/.exec(channel)?.[1];
  return endpoint === undefined ? undefined : phoneOf(endpoint);
}
