/** A row has some hundred and fifty characters; what is longer is another file. Apart, for a page that needs only this. */
export const MOST_TENANT_CHARACTERS = 400_000;
