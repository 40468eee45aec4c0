const key = "qistas.freshened";

/**
 * A page that stayed open while the server was renewed asks for parts that are gone: load the whole page anew, once a
 * minute at most. Never while there is no network: the page that is open is all there is then.
 */
export function freshenWhenRenewed(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (!navigator.onLine) return;
    const last = Number(sessionStorage.getItem(key) ?? 0);
    if (Date.now() - last < 60_000) return;
    sessionStorage.setItem(key, String(Date.now()));
    event.preventDefault();
    location.reload();
  });
}
