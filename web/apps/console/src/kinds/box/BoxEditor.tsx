import { kept } from "@qistas/annotate-canvas";
import { type Box, LabelTree, labelLooks } from "@qistas/annotate-core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useRegionSlot } from "../../flow/annotate/task/regions";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import classes from "../image/Image.module.css";
import { imageOf } from "../image/imageOf";
import { ShapeActions } from "../image/ShapeActions";
import { LabelChip } from "../LabelChip";
import { LabelOption } from "../LabelOption";
import { RegionList } from "../RegionList";
import type { EditorProps } from "../widget";

const noBoxes: readonly Box[] = [];

/** The labels to draw with, and the list of boxes with their places as numbers. The image itself is the surface. */
export function BoxEditor({
  question,
  value,
  onChange,
  labelledBy,
  keys,
  readOnly,
  suggestion,
}: EditorProps<"box">) {
  const { t, i18n } = useTranslation("annotate");
  const { data, regions, title, announce } = useTaskScope();
  const slot = useRegionSlot(regions, question.name);
  const tree = useMemo(() => new LabelTree(question.labels), [question.labels]);
  const looks = useMemo(() => labelLooks(question.labels), [question.labels]);
  const boxes = value?.boxes ?? noBoxes;
  const selected = slot.selected ? boxes.indexOf(slot.selected as Box) : -1;
  const chosen = boxes[selected];
  const number = new Intl.NumberFormat(i18n.language);
  const nameOf = (label: string) => title(tree.get(label)?.title, label);
  const sizeOf = (box: Box) =>
    `${number.format(Math.round(box.width))} × ${number.format(Math.round(box.height))}`;
  const onlyLabel = question.labels.length === 1 ? question.labels[0]?.name : undefined;

  const setNumber = (what: "x" | "y" | "width" | "height" | "rotation", raw: string): void => {
    const number = Number(raw);
    if (!chosen || raw === "" || !Number.isFinite(number)) return;
    const least = what === "width" || what === "height" ? (question.min_size ?? 1) : Number.NEGATIVE_INFINITY;
    const changed = { ...chosen, [what]: Math.max(least, number) };
    const image = imageOf(data[question.field]);
    const next = image ? kept(changed, image) : changed;
    regions.replace(question.name, chosen, next);
    onChange({ boxes: boxes.with(selected, next) }, { merge: `number-${what}` });
  };

  return (
    <div data-scope="region">
      {readOnly ? null : (
        // biome-ignore lint/a11y/useSemanticElements: buttons that press, not a set of form fields
        <div role="group" aria-labelledby={labelledBy} className={classes.palette}>
          {tree.walk().map(({ label, depth }) => (
            <LabelOption
              key={label.name}
              type="button"
              name={question.name}
              title={nameOf(label.name)}
              look={looks.get(label.name)}
              depth={depth}
              chosen={(slot.pen ?? onlyLabel) === label.name}
              chord={keys.get(label.name)}
              disabled={false}
              onChoose={() => regions.choose(question.name, label.name)}
            />
          ))}
        </div>
      )}
      <p className={classes.count}>
        {t("box.count", { count: boxes.length, shown: number.format(boxes.length) })}
        {suggestion && suggestion.boxes.length > 0 && value === undefined
          ? ` · ${t("suggestion.regions", { count: suggestion.boxes.length })}`
          : null}
      </p>
      <RegionList
        label={t("box.list")}
        items={boxes}
        selected={selected}
        keyOf={(_box, index) => String(index)}
        show={(box) => (
          <>
            <LabelChip look={looks.get(box.label)}>{nameOf(box.label)}</LabelChip>
            <span className={classes.size} dir="ltr">
              {sizeOf(box)}
            </span>
          </>
        )}
        actions={(box, index) => {
          const name = { label: nameOf(box.label), n: number.format(index + 1) };
          return (
            <ShapeActions
              words={{
                hide: t("box.hide", name),
                lock: t("box.lock", name),
                remove: t("box.remove", name),
              }}
              hidden={slot.hidden.has(box)}
              locked={slot.locked.has(box)}
              readOnly={readOnly === true}
              onToggle={(what) => regions.toggle(question.name, what, box)}
              onRemove={() => {
                onChange({ boxes: boxes.toSpliced(index, 1) });
                announce(t("box.removed", name));
              }}
            />
          );
        }}
        onSelect={(box) => regions.change(question.name, { selected: box })}
      />
      {chosen && !readOnly ? (
        <div className={classes.numbers}>
          {(["x", "y", "width", "height", ...(question.rotate ? (["rotation"] as const) : [])] as const).map(
            (what) => (
              <label key={what}>
                {t(`box.${what}`)}
                <input
                  type="number"
                  value={chosen[what] ?? 0}
                  disabled={slot.locked.has(chosen)}
                  onChange={(event) => setNumber(what, event.target.value)}
                />
              </label>
            ),
          )}
        </div>
      ) : null}
    </div>
  );
}
