import type { Stretch } from "./spanIndex";

/**
 * A lane for every stretch so that no two in one lane share a character: the lines drawn under overlapping
 * spans never cover each other. Greedy over starts with the lowest free lane, which uses as few lanes as can be.
 */
export function assignLanes(sorted: readonly Stretch[]): Uint16Array {
  const lanes = new Uint16Array(sorted.length);
  const endOfLane: number[] = [];
  sorted.forEach((stretch, index) => {
    let lane = endOfLane.findIndex((end) => end <= stretch.start);
    if (lane < 0) lane = endOfLane.length;
    endOfLane[lane] = stretch.end;
    lanes[index] = lane;
  });
  return lanes;
}
