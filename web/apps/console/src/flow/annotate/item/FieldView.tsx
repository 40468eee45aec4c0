import type { Field } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import { ImageView } from "../../../kinds/image/ImageView";
import { imageOf } from "../../../kinds/image/imageOf";
import { Markdown } from "../markdown/Markdown";
import { ChatTurns } from "./ChatTurns";
import classes from "./Item.module.css";
import { JsonTree } from "./JsonTree";
import { PlainText } from "./PlainText";

interface Props {
  field: Field;
  value: unknown;
  label: string;
}

/** A field of the item to be read, by its type. */
export function FieldView({ field, value, label }: Props) {
  const { t } = useTranslation("annotate");
  const direction = field.direction ?? "auto";
  switch (field.type ?? "text") {
    case "markdown":
      return <Markdown text={String(value)} dir={direction} />;
    case "image": {
      const image = imageOf(value);
      return image ? (
        <ImageView image={image} label={label} />
      ) : (
        <p className={classes.none}>{t("image.missing")}</p>
      );
    }
    case "chat":
      return <ChatTurns turns={value} dir={direction} />;
    case "json":
      return <JsonTree value={value} />;
    case "text":
      return <PlainText text={typeof value === "string" ? value : JSON.stringify(value)} dir={direction} />;
  }
}
