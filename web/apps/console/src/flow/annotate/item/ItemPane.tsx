import { type Field, fieldsOf, type Question } from "@qistas/annotate-core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { widgetOf } from "../../../kinds";
import { useCommands } from "../commands/useCommand";
import { useAnswerView, useTaskScope } from "../task/TaskScope";
import { FieldView } from "./FieldView";
import classes from "./Item.module.css";

/** What is judged: the item's fields in their order, the two sides of a comparison beside each other. */
export function ItemPane() {
  const { t } = useTranslation("annotate");
  const { ontology, state, dispatcher, atHand } = useTaskScope();
  const { asked } = useAnswerView(state);
  const root = useRef<HTMLElement>(null);
  const pairs = new Map<string, string>();
  for (const question of asked) if (question.kind === "pairwise") pairs.set(question.left, question.right);
  const seconds = new Set(pairs.values());

  useCommands(dispatcher, {
    toItem: () => {
      const places = [
        ...(root.current?.querySelectorAll<HTMLElement>("[data-surface], [tabindex='0']") ?? []),
      ];
      const target = places.find((place) => place.dataset.surface === atHand) ?? places[0];
      target?.focus();
      return target !== undefined;
    },
  });

  const alone = (field: Field) => (
    <FieldCard
      key={field.name}
      field={field}
      questions={asked.filter((one) => fieldsOf(one).includes(field.name))}
    />
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reached by keyboard
    <section ref={root} className={classes.pane} aria-label={t("item.title")} tabIndex={0}>
      {ontology.fields.map((field) => {
        const right = pairs.get(field.name);
        const other = ontology.fields.find((one) => one.name === right);
        if (other)
          return (
            <div key={field.name} className={classes.pair}>
              {alone(field)}
              {alone(other)}
            </div>
          );
        return seconds.has(field.name) ? null : alone(field);
      })}
    </section>
  );
}

function FieldCard({ field, questions }: { field: Field; questions: readonly Question[] }) {
  const { t } = useTranslation("annotate");
  const { data, title, state, ontology, atHand } = useTaskScope();
  const value = data[field.name];
  const name = title(field.title, field.name);
  const preferred = questions.some((one) => {
    const answer = one.kind === "pairwise" ? state.value(one.name) : undefined;
    return (
      one.kind === "pairwise" &&
      answer !== undefined &&
      "choice" in answer &&
      answer.choice !== "tie" &&
      (answer.choice === "left" ? one.left : one.right) === field.name
    );
  });
  if (value === undefined || value === null) {
    if (field.required === false) return null;
    return (
      <article className={classes.card} aria-label={name}>
        <Name>{name}</Name>
        <p className={classes.none}>{t("item.nothing")}</p>
      </article>
    );
  }
  // one surface at a time: of the question at hand, and of those of its kind
  const drawn = questions.filter((one) => widgetOf(one.kind).Surface !== undefined);
  const kind = (drawn.find((one) => one.name === atHand) ?? drawn[0])?.kind;
  const drawing = drawn.filter((one) => one.kind === kind);
  const Surface = kind ? widgetOf(kind).Surface : undefined;
  const big = field.type === "image";
  return (
    <article
      className={classes.card}
      data-big={big || undefined}
      data-preferred={preferred || undefined}
      aria-label={name}
    >
      {ontology.fields.length > 1 || preferred ? <Name preferred={preferred}>{name}</Name> : null}
      {Surface ? (
        <Surface
          field={field}
          value={value}
          direction={field.direction ?? "auto"}
          label={name}
          questions={drawing as never}
        />
      ) : (
        <FieldView field={field} value={value} label={name} />
      )}
    </article>
  );
}

function Name({ children, preferred }: { children: string; preferred?: boolean }) {
  const { t } = useTranslation("annotate");
  return (
    <h2 className={classes.name}>
      <bdi>{children}</bdi>
      {preferred ? <span className={classes.preferred}>{t("pairwise.preferred")}</span> : null}
    </h2>
  );
}
