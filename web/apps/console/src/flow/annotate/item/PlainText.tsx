import { blocksOf } from "@qistas/annotate-core";
import { memo } from "react";
import classes from "./Item.module.css";

/** Text as stored, each line in its own direction. */
export const PlainText = memo(function PlainText({
  text,
  dir,
}: {
  text: string;
  dir: "auto" | "ltr" | "rtl";
}) {
  return (
    <div className={classes.text}>
      {blocksOf(text).map((block) => (
        <div key={block.start} dir={dir}>
          {block.text}
        </div>
      ))}
    </div>
  );
});
