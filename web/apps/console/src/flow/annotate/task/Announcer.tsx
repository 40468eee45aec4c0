import { useEffect, useRef } from "react";
import classes from "./TaskBoard.module.css";

/** What just happened, for those who hear the screen. The same words twice are said twice. */
export function Announcer({ text }: { text: string }) {
  const place = useRef<HTMLDivElement>(null);
  const odd = useRef(false);
  useEffect(() => {
    if (!place.current) return;
    odd.current = !odd.current;
    place.current.textContent = text && (odd.current ? text : `${text}\u00a0`);
  }, [text]);
  return <div ref={place} className={classes.spoken} role="status" aria-live="polite" />;
}
