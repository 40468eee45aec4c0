import { describe, expect, it } from "vitest";
import { agrees, nearest } from "../src/flow/review/agreeing";

const said = (...labels: string[]) =>
  labels.map((label, at) => ({
    id: String(at),
    annotator: String(at),
    seconds: 1,
    answer: { topic: { labels: [label] } },
  }));
const consensus = (label: string) => [{ question: "topic", value: { labels: [label] } }] as never[];

describe("the answer a reviewer looks at first", () => {
  it("is one that agrees with the consensus, not the first by chance", () => {
    const offer = { annotations: said("sport", "economy", "economy"), consensus: consensus("economy") };
    expect(nearest(offer)).toBe(1);
    expect(agrees(offer, 1)).toBe(true);
    expect(agrees(offer, 0)).toBe(false);
  });

  it("is the one most share where nothing was inferred", () => {
    const offer = { annotations: said("sport", "economy", "economy"), consensus: [] };
    expect(nearest(offer)).toBe(1);
    expect(agrees(offer, 1)).toBe(false);
  });
});
