import { expect, it } from "vitest";
import { freeName } from "../src/projects/freeName";

it("counts on until a name is free", () => {
  expect(freeName("Sample", [])).toBe("Sample");
  expect(freeName("Sample", ["Sample"])).toBe("Sample 2");
  expect(freeName("Sample", ["Sample", "Sample 2", "Sample 4"])).toBe("Sample 3");
});
