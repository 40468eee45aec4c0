import type { Dispatcher, Handler } from "@qistas/annotate-core";
import { useEffect, useRef } from "react";

/** Tie commands to what they do while the component is on the screen; handlers may change with each render. */
export function useCommands(dispatcher: Dispatcher, handlers: Readonly<Record<string, Handler>>): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const names = Object.keys(handlers).join(" ");
  useEffect(() => {
    const untie = names
      .split(" ")
      .filter(Boolean)
      .map((name) => dispatcher.bind(name, () => latest.current[name]?.()));
    return () => {
      for (const one of untie) one();
    };
  }, [dispatcher, names]);
}
