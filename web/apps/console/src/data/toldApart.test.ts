import { expect, test } from "vitest";
import { toldApart } from "./toldApart";

test("a name that is alone stays as it is, also where a person comes twice", () => {
  const amal = { id: "1", name: "Amal", email: "amal@example.org" };
  expect([...toldApart([amal, amal])]).toEqual([["1", "Amal"]]);
});

test("two of one name are told apart by address, or by the end of the id", () => {
  const people = [
    { id: "id-00a1", name: "عمر", email: "omar@example.org" },
    { id: "id-00b2", name: "عمر", email: null },
  ];
  expect([...toldApart(people).values()]).toEqual(["عمر · omar@example.org", "عمر · 00b2"]);
});
