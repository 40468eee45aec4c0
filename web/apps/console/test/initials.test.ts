import { expect, it } from "vitest";
import { initials } from "../src/shell/initials";

it("takes two letters of a Latin name and one of an Arabic name", () => {
  expect(initials("Amal Haddad")).toBe("AH");
  expect(initials(" عمر خالد")).toBe("ع");
  expect(initials("Omar")).toBe("O");
});
