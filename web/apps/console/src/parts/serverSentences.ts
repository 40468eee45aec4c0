/**
 * Sentences that the server keeps as it wrote them (the changes of an ontology, warnings of agreement), taken apart into a key
 * of locales/…/codes.json and what is named in them.
 */
const forms: [form: RegExp, key: string][] = [
  [/^The first version\.$/, "changes.first"],
  [/^The name changed\.$/, "changes.name"],
  [/^The languages are now (.+)\.$/, "changes.languages"],
  [/^The guideline changed\.$/, "changes.guideline"],
  [/^The fields stand in another order\.$/, "changes.fields_order"],
  [/^The questions stand in another order\.$/, "changes.questions_order"],
  [/^Field `(.+)` is taken away\.$/, "changes.field_gone"],
  [/^Field `(.+)` is now of type (\S+) \((\S+) before\)\.$/, "changes.field_type"],
  [/^Field `([^`]+)`: (.+) changed\.$/, "changes.field_changed"],
  [/^Field `(.+)` is new \(required\)\.$/, "changes.field_required"],
  [/^Field `(.+)` is new \(optional\)\.$/, "changes.field_optional"],
  [/^Question `(.+)` is taken away\.$/, "changes.question_gone"],
  [/^Question `(.+)` is now a (\S+) \((\S+) before\)\.$/, "changes.question_kind"],
  [/^Question `(.+)` is new \(required\)\.$/, "changes.question_required"],
  [/^Question `(.+)` is new \(optional\)\.$/, "changes.question_optional"],
  [/^Question `([^`]+)`: its (.+) changed\.$/, "changes.question_changed"],
  [/^Question `([^`]+)`: `([^`]+)` is now (.+) \((.+) before\)\.$/, "changes.setting"],
  [/^Question `([^`]+)`: new labels? (.+)\.$/, "changes.labels_new"],
  [/^Question `([^`]+)`: labels? (.+) taken away\.$/, "changes.labels_gone"],
  [/^Question `([^`]+)`: the labels stand in another order\.$/, "changes.labels_order"],
  [/^Question `([^`]+)`: (title|help|colour|hotkey|parent) of (.+) changed\.$/, "changes.labels_changed"],
  [/answers are the same/, "agreement.alike"],
  [/^one item only/, "agreement.one_item"],
  [/^no item has two answers/, "agreement.no_pairs"],
];

/** The key of a sentence, and what it names, in their order; null where it has none. */
export function takenApart(sentence: string): { key: string; named: string[] } | null {
  for (const [form, key] of forms) {
    const found = form.exec(sentence);
    if (found) return { key, named: found.slice(1).map((name) => name.replaceAll("`", "")) };
  }
  return null;
}
