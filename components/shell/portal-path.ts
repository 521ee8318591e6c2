/** A link that the server names by tenant and page, as an address of the portal: "/acme/balance" and "/t/acme/balance" are the same place. */
export const portalPath = (href: string): string => (href.startsWith("/t/") ? href : `/t/${href.replace(/^\/+/, "")}`);
