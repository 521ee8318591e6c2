/** Shared by the process that prepares the database server and the workers that run the tests. */
export const TEMPLATE = "portal_template";
export const TEST_AUTH_SECRET = "a secret of tests, thirty-two characters and more";
