/** The largest file that the portal takes, unpacked. */
export const UPLOAD_MEGABYTES = 64;
/** A file is sent compressed and in parts, so many bytes at most in each. */
export const PART_BYTES = 600_000;
