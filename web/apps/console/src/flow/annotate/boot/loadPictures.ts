import type { Offer } from "@qistas/annotate-core";
import { imageOf } from "../../../kinds/image/imageOf";

const kept: HTMLImageElement[] = [];
const keptPictures = 12;

/** Fetch and decode the pictures of a task when it arrives, long before it is shown. */
export function loadPictures(offer: Offer): void {
  for (const value of Object.values(offer.item.data)) {
    const image = imageOf(value);
    if (!image) continue;
    const picture = new Image();
    picture.src = image.url;
    picture.decode().catch(() => undefined); // shown broken when its turn comes
    kept.push(picture);
  }
  kept.splice(0, Math.max(0, kept.length - keptPictures));
}
