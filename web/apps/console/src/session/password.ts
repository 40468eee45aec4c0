/** The least characters of a password, as the server asks. */
export const leastPassword = 12;
