/** How the image lies on the screen: screen = image × scale + offset, in CSS pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const mostScale = 64;
const margin = 16;

export function toImage(view: View, screen: Point): Point {
  return { x: (screen.x - view.x) / view.scale, y: (screen.y - view.y) / view.scale };
}

export function toScreen(view: View, image: Point): Point {
  return { x: image.x * view.scale + view.x, y: image.y * view.scale + view.y };
}

/** The whole image, centred, as large as the screen allows. */
export function wholeView(image: Size, screen: Size): View {
  const room = {
    width: Math.max(1, screen.width - 2 * margin),
    height: Math.max(1, screen.height - 2 * margin),
  };
  const scale = Math.min(room.width / image.width, room.height / image.height, mostScale);
  return {
    scale,
    x: (screen.width - image.width * scale) / 2,
    y: (screen.height - image.height * scale) / 2,
  };
}

/** Zoom by `factor`; the point of the image under `at` stays under it. */
export function zoomAt(view: View, at: Point, factor: number, image: Size, screen: Size): View {
  const least = Math.min(wholeView(image, screen).scale / 4, 1);
  const scale = Math.min(mostScale, Math.max(least, view.scale * factor));
  const held = toImage(view, at);
  return hold({ scale, x: at.x - held.x * scale, y: at.y - held.y * scale }, image, screen);
}

export function pan(view: View, dx: number, dy: number, image: Size, screen: Size): View {
  return hold({ ...view, x: view.x + dx, y: view.y + dy }, image, screen);
}

/** Bring a part of the image into sight, moving no more than needed; zoom stays. */
export function reveal(view: View, part: { x: number; y: number } & Size, screen: Size): View {
  const start = toScreen(view, part);
  const slide = (from: number, length: number, room: number): number => {
    if (from >= margin && from + length <= room - margin) return 0;
    return room / 2 - (from + length / 2);
  };
  return {
    ...view,
    x: view.x + slide(start.x, part.width * view.scale, screen.width),
    y: view.y + slide(start.y, part.height * view.scale, screen.height),
  };
}

/** The part of the image that is on the screen. */
export function inSight(view: View, screen: Size): { x: number; y: number } & Size {
  const start = toImage(view, { x: 0, y: 0 });
  return { ...start, width: screen.width / view.scale, height: screen.height / view.scale };
}

/** Never let the image leave the screen altogether. */
function hold(view: View, image: Size, screen: Size): View {
  const within = (offset: number, length: number, room: number): number =>
    Math.min(room - Math.min(48, length), Math.max(Math.min(48, length) - length, offset));
  return {
    scale: view.scale,
    x: within(view.x, image.width * view.scale, screen.width),
    y: within(view.y, image.height * view.scale, screen.height),
  };
}
