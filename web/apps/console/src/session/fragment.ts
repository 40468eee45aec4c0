let taken = "";

/** The token after the `#` of the address, taken away from the address bar and the history at once. */
export function takeFragment(): string {
  const token = decodeURIComponent(location.hash.replace(/^#/, ""));
  if (token) {
    taken = token;
    history.replaceState(history.state, "", location.pathname);
  }
  return taken;
}
