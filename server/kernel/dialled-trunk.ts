/** The endpoint that the dialplan sends calls to the world by. */
export const DIALLED_TRUNK = "carrier";
