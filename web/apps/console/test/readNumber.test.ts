import { expect, it } from "vitest";
import { readNumber } from "../src/parts/readNumber";

it.each([
  ["80", 80],
  ["80%", 80],
  [" 80 % ", 80],
  ["0.8", 0.8],
  [".8", 0.8],
  ["80.", 80],
  ["99,9", 99.9],
  ["٨٠٪", 80],
  ["٩٩٫٩", 99.9],
  ["۸۰", 80],
  ["\u200e95\u200e%\u200e", 95],
])("reads %s", (text, number) => {
  expect(readNumber(text)).toBe(number);
});

it.each(["", "%", "eighty", "8 0 x", "1.2.3", "-5", "."])("reads no number in %j", (text) => {
  expect(readNumber(text)).toBeNull();
});
