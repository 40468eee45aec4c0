import { ImageSurface } from "./imageSurface";
import type { Size } from "./view";

/** A picture to look at: zoom and pan, nothing drawn. */
export class PictureSurface extends ImageSurface {
  constructor(
    host: HTMLElement,
    image: Size & { url: string; alt: string },
    private readonly scaled: (scale: number) => void,
  ) {
    super(host, image);
    this.start();
  }

  nudge(dx: number, dy: number): void {
    this.slide(dx, dy);
  }

  protected tell(): void {
    this.scaled(this.view.scale);
  }

  protected cursorNow(): string {
    return "default";
  }

  protected pressed(): void {}
  protected dragged(): void {}
  protected released(): void {}
  protected givenUp(): void {}
  protected paintAtRest(): void {}
  protected paintInMotion(): void {}
}
