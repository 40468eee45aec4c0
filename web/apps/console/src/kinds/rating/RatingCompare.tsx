import { ratingScale } from "@qistas/annotate-core";
import { CompareRows } from "../CompareRows";
import type { CompareProps } from "../widget";
import classes from "./Rating.module.css";
import { RatingView } from "./RatingView";

/** A dot for each answer along the scale, and the answers below. */
export function RatingCompare({ question, voices, data, title }: CompareProps<"rating">) {
  const { min, max } = ratingScale(question);
  const given = voices.flatMap(({ who, value }) => (value ? [{ who, value: value.value }] : []));
  return (
    <div>
      <div className={classes.strip} aria-hidden="true">
        {given.map(({ who, value }, index) => {
          const below = given.slice(0, index).filter((one) => one.value === value).length;
          const style = {
            insetInlineStart: `${(100 * (value - min)) / (max - min || 1)}%`,
            insetBlockEnd: `${0.15 + below * 0.35}rem`,
          };
          return <span key={who} className={classes.dot} style={style} />;
        })}
      </div>
      <CompareRows
        question={question}
        voices={voices}
        show={(value) => <RatingView question={question} value={value as never} data={data} title={title} />}
      />
    </div>
  );
}
