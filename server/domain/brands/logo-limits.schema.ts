/** Bytes of a logo's file. Apart from the schemas, whose library a page need not load for it. */
export const MOST_LOGO_BYTES = 200_000;
