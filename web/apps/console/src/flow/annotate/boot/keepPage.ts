/**
 * While a task is on the screen the page is not loaded anew by itself: a part that cannot be fetched (the pointer
 * passed a link while the network was gone) must not take the annotator's screen away. Returns how to let go.
 */
export function keepPage(): () => void {
  const stay = (event: Event): void => event.stopImmediatePropagation();
  addEventListener("vite:preloadError", stay, { capture: true });
  return () => removeEventListener("vite:preloadError", stay, { capture: true });
}
