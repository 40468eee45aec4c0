const paths = {
  minus: "M5 12h14",
  plus: "M5 12h14M12 5v14",
  fit: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  whole: "M7 8v8M5.5 9.5L7 8M17 8v8M15.500 9.500L17 8M12 10.500h.01M12 14h.01",
  hand: "M8 12V6.500a1.500 1.500 0 0 1 3 0V11M11 11V5.500a1.500 1.500 0 0 1 3 0V11M14 11V7a1.500 1.500 0 0 1 3 0v8c0 3-2 5-5 5-2.500 0-4-1-5.500-3.500L5 14a1.400 1.400 0 0 1 2.400-1.400L8 13.500",
  magnet: "M6 4v8a6 6 0 0 0 12 0V4h-4v8a2 2 0 0 1-4 0V4zM6 8h4M14 8h4",
  light: "M12 4a8 8 0 1 0 0 16zM12 4v16M16 7.500v9M19 10v4",
  eye: "M3 12c3-5 6-7 9-7s6 2 9 7c-3 5-6 7-9 7s-6-2-9-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  eyeOff: "M3 12c3-5 6-7 9-7s6 2 9 7c-3 5-6 7-9 7s-6-2-9-7zM4 20L20 4",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  unlock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 6.500-2",
  undo: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  redo: "M15 14l5-5-5-5M20 9H10a6 6 0 0 0 0 12h3",
  book: "M5 4h10a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h10",
  keyboard: "M3 7h18v10H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
} as const;

export type SignName = keyof typeof paths;

const pointing = new Set<SignName>(["undo", "redo", "book"]);

/** Pictures of the annotation screen; they say nothing by themselves. */
export function Sign({ name, size = 16 }: { name: SignName; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      className={pointing.has(name) ? "points" : undefined}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
