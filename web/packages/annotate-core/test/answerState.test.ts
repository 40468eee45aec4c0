import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerState, checkAnswer, finalAnswer, type Ontology, verdictOn } from "../src/index";

const ontology: Ontology = {
  fields: [{ name: "text" }, { name: "picture", type: "image" }],
  questions: [
    {
      name: "topic",
      kind: "choice",
      labels: [{ name: "sport" }, { name: "football", parent: "sport" }, { name: "news" }],
    },
    { name: "why", kind: "text", when: { question: "topic", is: ["sport"] }, max_length: 20 },
    { name: "names", kind: "span", field: "text", labels: [{ name: "PER" }], overlap: false },
    { name: "mood", kind: "rating", required: false, min: 0, max: 1, step: 0.1 },
  ],
};
const data = { text: "علي في حلب" };

describe("asking and checking", () => {
  it("asks a question while its condition holds, ancestors included", () => {
    const state = new AnswerState(ontology, data);
    const names = () => state.view().asked.map((question) => question.name);
    expect(names()).toEqual(["topic", "names", "mood"]);
    state.set("topic", { labels: ["football"] });
    expect(names()).toEqual(["topic", "why", "names", "mood"]);
    state.set("why", { text: "a goal" });
    state.set("topic", { labels: ["news"] });
    expect(state.final()).toEqual({ topic: { labels: ["news"] }, names: { spans: [] } });
    state.set("topic", { labels: ["sport"] });
    expect(state.final()).toMatchObject({ why: { text: "a goal" } });
  });

  it("names the question and the place of every fault", () => {
    const answer = {
      topic: { labels: ["nonsense"] },
      names: {
        spans: [
          { start: 0, end: 3, label: "PER" },
          { start: 2, end: 99, label: "PER" },
        ],
      },
      mood: { value: 0.25 },
    };
    const found = checkAnswer(ontology, answer, data).map(({ where, code }) => `${where} ${code}`);
    expect(found).toEqual([
      "answer.topic.labels[0] unknown_label",
      "answer.names.spans[1] span_outside",
      "answer.names.spans[1] span_overlap",
      "answer.mood.value rating_between_steps",
    ]);
    expect(checkAnswer(ontology, {}, data).map(({ where, code }) => `${where} ${code}`)).toEqual([
      "answer.topic required",
    ]);
  });

  it("leaves empty optional values out and keeps the empty list of a required span question", () => {
    expect(finalAnswer(ontology, { topic: { labels: [] }, why: { text: " " } })).toEqual({
      names: { spans: [] },
    });
  });

  it("does not hang on conditions in a ring", () => {
    const ring: Ontology = {
      fields: [],
      questions: [
        { name: "a", kind: "text", when: { question: "b", is: ["x"] } },
        { name: "b", kind: "text", when: { question: "a", is: ["x"] } },
      ],
    };
    expect(new AnswerState(ring, {}).view().asked).toEqual([]);
  });

  it("says what became of a suggestion", () => {
    const suggestion = { topic: { labels: ["news"] }, mood: { value: 1 } };
    expect(verdictOn(ontology, suggestion, { ...suggestion, names: { spans: [] } })).toBe("accepted");
    expect(verdictOn(ontology, suggestion, { topic: { labels: ["news"] } })).toBe("changed");
    expect(verdictOn(ontology, suggestion, { topic: { labels: ["sport"] } })).toBe("rejected");
  });
});

describe("undo and redo", () => {
  const act = fc.oneof(
    fc.record({ do: fc.constant("rate" as const), value: fc.nat(10) }),
    fc.record({ do: fc.constant("type" as const), text: fc.string({ maxLength: 5 }) }),
    fc.constant({ do: "undo" as const }),
    fc.constant({ do: "redo" as const }),
  );

  it("behave as a list of states with a cursor", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const state = new AnswerState(ontology, data);
        const states = [JSON.stringify(state.working)];
        let at = 0;
        for (const one of acts) {
          if (one.do === "undo") {
            state.undo();
            at = Math.max(0, at - 1);
          } else if (one.do === "redo") {
            state.redo();
            at = Math.min(states.length - 1, at + 1);
          } else {
            if (one.do === "rate") state.set("mood", { value: one.value });
            else state.set("why", { text: one.text });
            states.splice(++at, states.length, JSON.stringify(state.working));
          }
          expect(JSON.stringify(state.working)).toBe(states[at]);
          expect(state.view().canUndo).toBe(at > 0);
          expect(state.view().canRedo).toBe(at < states.length - 1);
        }
      }),
    );
  });

  it("takes quickly typed letters as one step, and goes back twenty thousand steps", () => {
    let now = 0;
    const state = new AnswerState(ontology, data, {}, () => now);
    for (const text of ["g", "go", "goa", "goal"]) {
      now += 100;
      state.set("why", { text }, { merge: "typing" });
    }
    now += 5000;
    state.set("why", { text: "goal!" }, { merge: "typing" });
    expect(state.undo()).toBe("why");
    expect(state.value("why")).toEqual({ text: "goal" });
    state.undo();
    expect(state.working).toEqual({});
    for (let step = 0; step < 20_000; step++) state.set("mood", { value: step });
    for (let step = 0; step < 20_000; step++) state.undo();
    expect(state.working).toEqual({});
    expect(state.view().canRedo).toBe(true);
  });
});
