import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** The one accent. Shade 7 on white and shade 4 on the dark ground both pass 4.5 : 1. */
const accent: MantineColorsTuple = [
  "#e9f6f5",
  "#d3eae8",
  "#a5d6d3",
  "#73c0bc",
  "#4bada8",
  "#2f9f9a",
  "#17857f",
  "#0b736f",
  "#065c59",
  "#014745",
];

/** Greys of the dark ground, with the same cast as the accent. */
const dark: MantineColorsTuple = [
  "#e8ebed",
  "#c6cdd2",
  "#a3acb4",
  "#7b858d",
  "#3d444b",
  "#343a40",
  "#252a2f",
  "#1c2024",
  "#15181b",
  "#0e1012",
];

/**
 * What is typed stands by its own words, whichever way the page reads. (A `dir` of their own, Mantine gives to the box around
 * the field.) Empty, it stands as the page does: see `base.css`, which knows it by its placeholder.
 */
const byItsWords = { attributes: { input: { dir: "auto" } }, placeholder: " " };

export const theme = createTheme({
  fontFamily: '"IBM Plex Sans", "IBM Plex Sans Arabic", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
  headings: {
    fontFamily: '"IBM Plex Sans", "IBM Plex Sans Arabic", system-ui, sans-serif',
    fontWeight: "600",
  },
  colors: { accent, dark },
  primaryColor: "accent",
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.25rem", xl: "2rem" },
  components: {
    TextInput: { defaultProps: byItsWords },
    Textarea: { defaultProps: byItsWords },
    Button: { defaultProps: { size: "sm" } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: "md" } },
    // A dialog's head is no banner of the page.
    ModalHeader: { defaultProps: { role: "none" } },
    Modal: { defaultProps: { centered: true, radius: "md" }, styles: { title: { fontWeight: 600 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

const key = "mantine-color-scheme-value";

/** Set the colour scheme before the first paint, so that nothing flashes. */
export function startTheme(): void {
  const kept = localStorage.getItem(key);
  const dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
}
