import type { Chord, Dispatcher, Option, Scope } from "@qistas/annotate-core";
import { useEffect, useRef } from "react";
import { isMac } from "./platform";

interface Settings {
  dispatcher: Dispatcher;
  optionKeys: ReadonlyMap<Chord, Option>;
  choose: (option: Option) => void;
  /** The element that hears the keys; the whole page when it is the page of the task. */
  target: Window | HTMLElement | null;
  onActivity?: (() => void) | undefined;
}

/** Sends key presses to the dispatcher: the scope is where the focus is, open dialogs keep their keys. */
export function useKeyboard(settings: Settings): void {
  const latest = useRef(settings);
  useEffect(() => {
    latest.current = settings;
  });
  const { target } = settings;
  useEffect(() => {
    if (!target) return;
    const onKey = (raw: Event): void => {
      const event = raw as KeyboardEvent;
      if (event.defaultPrevented || event.isComposing) return;
      // a key held down must not run through the tasks
      if (event.repeat && event.key === "Enter") return;
      const { dispatcher, optionKeys, choose, onActivity } = latest.current;
      onActivity?.();
      const at = event.target instanceof Element ? event.target : null;
      if (at?.closest('dialog, [role="dialog"], [role="menu"], [role="listbox"][data-own-keys]')) return;
      if (isPressedByEnter(at, event)) return;
      const where = { scope: scopeOf(at), typing: isTyping(at, event.key), mac: isMac };
      const taken = dispatcher.press(event, where, (chord) => {
        const option = optionKeys.get(chord);
        if (option) choose(option);
        return option !== undefined;
      });
      if (taken) event.preventDefault();
    };
    target.addEventListener("keydown", onKey);
    return () => target.removeEventListener("keydown", onKey);
  }, [target]);
}

function scopeOf(at: Element | null): Scope {
  const scope = at?.closest<HTMLElement>("[data-scope]")?.dataset.scope;
  return scope === "order" || scope === "text" || scope === "image" || scope === "region" ? scope : "task";
}

function isTyping(at: Element | null, key: string): boolean {
  // Enter has nothing to write in a field of one line: there it submits, as everywhere
  if (at instanceof HTMLInputElement && at.type === "text" && key === "Enter") return false;
  if (at instanceof HTMLInputElement) return !["radio", "checkbox", "range", "button"].includes(at.type);
  return at instanceof HTMLTextAreaElement || (at instanceof HTMLElement && at.isContentEditable);
}

/** Enter and Space on a button press that button. */
function isPressedByEnter(at: Element | null, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.key === " ") return at?.matches("input, button, a[href], summary, select") ?? false;
  return event.key === "Enter" && (at?.matches("button, a[href], summary, select") ?? false);
}
