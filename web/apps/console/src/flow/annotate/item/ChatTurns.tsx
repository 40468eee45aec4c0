import { useTranslation } from "react-i18next";
import { Markdown } from "../markdown/Markdown";
import classes from "./Item.module.css";
import { PlainText } from "./PlainText";

interface Turn {
  role: string;
  content: string;
}

/** A conversation turn by turn; what a model wrote is read as Markdown, what a person wrote as it stands. */
export function ChatTurns({ turns, dir }: { turns: unknown; dir: "auto" | "ltr" | "rtl" }) {
  const { t } = useTranslation("annotate");
  const list = Array.isArray(turns) ? turns.filter(isTurn) : [];
  return (
    <ol className={classes.turns}>
      {list.map((turn, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the turns of a task do not change
        <li key={index} className={classes.turn} data-role={turn.role}>
          <span className={classes.role}>
            {["user", "assistant", "system"].includes(turn.role) ? t(`chat.${turn.role}`) : turn.role}
          </span>
          {turn.role === "assistant" ? (
            <Markdown text={turn.content} dir={dir} />
          ) : (
            <PlainText text={turn.content} dir={dir} />
          )}
        </li>
      ))}
    </ol>
  );
}

function isTurn(value: unknown): value is Turn {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Turn).role === "string" &&
    typeof (value as Turn).content === "string"
  );
}
