type Asked = Readonly<{
  nonce: string;
  secure: boolean;
  /** At the house's own host name, and not at that of a brand. */
  house: boolean;
  development: boolean;
  /** Where phones in the page reach the telephone system, when there are such phones. */
  phoneUrl?: string | undefined;
  /** A picture that somebody sent here: opened by itself it runs nothing, loads nothing and is nobody's page. */
  picture?: boolean;
}>;

const PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * What a page may load and who may frame it. Scripts run only with this response's nonce; styles in attributes are allowed,
 * because the drawing of charts and rows needs them and they cannot run anything.
 */
export function contentSecurityPolicy({ nonce, secure, development, phoneUrl }: Asked): string {
  return [
    "default-src 'self'",
    // The development server of the framework evaluates code; production never does.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ""}`,
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${development ? " ws:" : ""}${phoneUrl ? ` ${new URL(phoneUrl).origin}` : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(secure ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

export function securityHeaders(asked: Asked): Readonly<Record<string, string>> {
  return {
    "content-security-policy": asked.picture ? PICTURE_POLICY : contentSecurityPolicy(asked),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    // The phone in the page speaks, where there is one; nothing else listens, and no frame of somebody else's either.
    "permissions-policy": `camera=(), microphone=${asked.phoneUrl ? "(self)" : "()"}, geolocation=(), payment=(), usb=()`,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    // Over plain HTTP the promise would lock people out of a machine that has no certificate.
    ...(asked.secure ? { "strict-transport-security": transportPromise(asked.house) } : {}),
  };
}

/** What is below a brand's host name is its owner's, and may well speak plain HTTP: only the name itself is ours to promise for. */
const transportPromise = (house: boolean): string => `max-age=31536000${house ? "; includeSubDomains" : ""}`;
