/** What a token may be allowed to do. */
export const scopes = ["read", "write", "annotate", "manage"] as const;
