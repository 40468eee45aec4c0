import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const source = join(import.meta.dirname, "../src");

type Words = { [key: string]: string | Words };

const read = (language: string, namespace: string): Words =>
  JSON.parse(readFileSync(join(source, "locales", language, `${namespace}.json`), "utf8")) as Words;

function flat(words: Words, prefix = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words))
    if (typeof value === "string") found.set(prefix + key, value);
    else for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text);
  return found;
}

const plural = /(?<!^problems\.too)_(zero|one|two|few|many|other)$/; // the server's code "too_many" is a name
const stems = (words: Words) => new Set([...flat(words).keys()].map((key) => key.replace(plural, "")));
const marks = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((mark) => mark[1]).sort();

const namespaces = readdirSync(join(source, "locales/en")).map((name) => name.replace(".json", ""));

describe.each(namespaces)("the words of %s", (namespace) => {
  const english = read("en", namespace);
  const arabic = read("ar", namespace);

  it("has the same keys in both languages", () => {
    expect([...stems(arabic)].sort()).toEqual([...stems(english)].sort());
  });

  it("has every plural form that the language knows", () => {
    for (const [language, words] of [
      ["en", english],
      ["ar", arabic],
    ] as const) {
      const keys = new Set(flat(words).keys());
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const key of keys)
        if (plural.test(key))
          for (const form of forms) expect(keys).toContain(`${key.replace(plural, "")}_${form}`);
    }
  });

  it("names the same values in both languages", () => {
    const translated = flat(arabic);
    for (const [key, text] of flat(english)) {
      if (plural.test(key)) continue;
      expect([key, marks(translated.get(key) ?? "")]).toEqual([key, marks(text)]);
    }
  });

  it("leaves nothing empty", () => {
    for (const [key, text] of [...flat(english), ...flat(arabic)])
      expect([key, text.trim()]).not.toEqual([key, ""]);
  });
});

it("has every word that the code of the console asks for", () => {
  const known = stems(read("en", "console"));
  const missing: string[] = [];
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.tsx?$/.test(name) && !/^(kinds|flow\/annotate)\//.test(name),
  );
  for (const name of files)
    for (const call of readFileSync(join(source, name), "utf8").matchAll(/\bt\(\s*"([^"]+)"/g))
      if (!known.has(call[1] ?? "")) missing.push(`${name}: ${call[1]}`);
  expect(missing).toEqual([]);
});
