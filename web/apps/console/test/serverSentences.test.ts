import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takenApart } from "../src/parts/serverSentences";

const root = join(import.meta.dirname, "../../../..");

/** What compare.py can say, with a word in place of each expression. */
function saidByTheServer(): string[] {
  const source = readFileSync(join(root, "src/qistas/ontology/compare.py"), "utf8");
  const said = [
    ...source.matchAll(/(?:changes\.append|words\.append)\(\s*f?"((?:[^"\\]|\\.)*)"/g),
    ...source.matchAll(/words\.append\(\s*f"((?:[^"\\]|\\.)*)"/g),
  ].map((found) => found[1] ?? "");
  return said.flatMap((sentence) =>
    sentence.includes("'required' if")
      ? [
          sentence.replace(/\{'required'[^}]*\}/, "required"),
          sentence.replace(/\{'required'[^}]*\}/, "optional"),
        ]
      : [sentence],
  );
}

it("knows every change of an ontology that the server tells of", () => {
  const said = saidByTheServer();
  expect(said.length).toBeGreaterThan(15);
  const unknown = said
    .map((sentence) =>
      sentence
        .replace("{'label' if len(added) == 1 else 'labels'}", "labels")
        .replace("{'label' if len(gone) == 1 else 'labels'}", "labels")
        .replace("The {what}", "The fields")
        .replace("{key} of", "title of")
        .replace(/\{[^}]*\}/g, "x"),
    )
    .filter((sentence) => takenApart(sentence) === null);
  expect(unknown).toEqual([]);
});

it("takes a sentence apart into what it names", () => {
  expect(takenApart("Question `topic`: new labels `a`, `b`.")).toEqual({
    key: "changes.labels_new",
    named: ["topic", "a, b"],
  });
  expect(takenApart("Question `topic`: title of `a` changed.")).toEqual({
    key: "changes.labels_changed",
    named: ["topic", "title", "a"],
  });
  expect(takenApart("Question `q`: `max` is now 3 (not set before).")).toEqual({
    key: "changes.setting",
    named: ["q", "max", "3", "not set"],
  });
  expect(takenApart("Something else.")).toBeNull();
});
