import { Icon } from "../../parts/Icon";
import { IconButton } from "../IconButton";
import { Sign } from "./signs";

interface Props {
  words: Record<"hide" | "lock" | "remove", string>;
  hidden: boolean;
  locked: boolean;
  readOnly: boolean;
  onToggle: (what: "hidden" | "locked") => void;
  onRemove: () => void;
}

/** What may be done to one shape in the list beside its image. One that is locked stays. */
export function ShapeActions({ words, hidden, locked, readOnly, onToggle, onRemove }: Props) {
  return (
    <>
      <IconButton label={words.hide} pressed={hidden} onClick={() => onToggle("hidden")}>
        <Sign name={hidden ? "eyeOff" : "eye"} size={14} />
      </IconButton>
      {readOnly ? null : (
        <>
          <IconButton label={words.lock} pressed={locked} onClick={() => onToggle("locked")}>
            <Sign name={locked ? "lock" : "unlock"} size={14} />
          </IconButton>
          <IconButton label={words.remove} disabled={locked} onClick={onRemove}>
            <Icon name="cross" size={14} />
          </IconButton>
        </>
      )}
    </>
  );
}
