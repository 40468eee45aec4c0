const paths = {
  road: "M4 20c6-2 2-8 8-9s3-6 8-7M4 20h.01M20 4h.01",
  ontology: "M12 4v5M12 9H6v5M12 9h6v5M10 4h4M4 14h4v5H4zM16 14h4v5h-4z",
  sources: "M12 4v10M8 10l4 4 4-4M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
  queue: "M4 6h16M4 12h16M4 18h10",
  annotate: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  quality: "M12 4v15M8 20h8M5 8h14M5 8l-2.500 6h5zM19 8l-2.500 6h5z",
  review: "M9 12l2 2 4-4M12 3l7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
  datasets: "M4 7l8-4 8 4-8 4zM4 12l8 4 8-4M4 17l8 4 8-4",
  members:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6M16 4.500a3.500 3.500 0 0 1 0 6M21 20c0-3-1.500-5-4-5.700",
  tokens: "M8 20a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9zM11.200 12.300L20 3.500M16 7.500l3 3",
  settings:
    "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3M12 18v3M3 12h3M18 12h3M5.600 5.600l2.100 2.100M16.300 16.300l2.100 2.100M5.600 18.400l2.100-2.100M16.300 7.700l2.100-2.100",
  projects: "M4 5h7v6H4zM13 5h7v6h-7zM4 13h7v6H4zM13 13h7v6h-7z",
  plus: "M12 5v14M5 12h14",
  check: "M5 12l5 5L20 7",
  cross: "M6 6l12 12M18 6L6 18",
  next: "M9 5l7 7-7 7",
  back: "M15 5l-7 7 7 7",
  down: "M5 9l7 7 7-7",
  up: "M5 15l7-7 7 7",
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  copy: "M8 8h11v12H8zM5 16V4h11",
  download: "M12 4v11M8 11l4 4 4-4M4 20h16",
  upload: "M12 16V5M8 9l4-4 4 4M4 20h16",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.400 1.400M17.600 17.600L19 19M5 19l1.400-1.400M17.600 6.400L19 5",
  moon: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
  auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 3v18",
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  question:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.700.300-1 .900-1 1.700M12 16.500h.01",
  warning: "M12 4L2.500 20h19zM12 10v5M12 17.500h.01",
  seal: "M12 3l2.500 2 3-.300.800 3 2.500 1.800-1.300 2.500 1.300 2.500-2.500 1.800-.800 3-3-.300L12 21l-2.500-2-3 .300-.800-3-2.500-1.800L4.500 12 3.200 9.500l2.500-1.800.800-3 3 .300zM9 12l2 2 4-4",
  gold: "M12 4l2.400 5 5.600.700-4.100 3.800 1.100 5.500-5-2.700L7 19l1.100-5.500L4 9.700 9.600 9z",
  signOut: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  edit: "M4 20l1-4L16 5l3 3L8 19z",
  returned: "M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
} as const;

export type IconName = keyof typeof paths;

const pointing = new Set<IconName>(["next", "back", "signOut", "returned", "play", "road", "queue"]);

interface Props {
  name: IconName;
  size?: number;
}

/** A picture beside words; it says nothing by itself, so screen readers pass over it. */
export function Icon({ name, size = 16 }: Props) {
  return (
    <svg
      aria-hidden="true"
      className={pointing.has(name) ? "points" : undefined}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: "none" }}
    >
      <path d={paths[name]} />
    </svg>
  );
}
