import { LabelTree, labelLooks, type Polygon } from "@qistas/annotate-core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useRegionSlot } from "../../flow/annotate/task/regions";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import classes from "../image/Image.module.css";
import { ShapeActions } from "../image/ShapeActions";
import { LabelChip } from "../LabelChip";
import { LabelOption } from "../LabelOption";
import { RegionList } from "../RegionList";
import type { EditorProps } from "../widget";

const noPolygons: readonly Polygon[] = [];

/** The labels to draw with, and the list of polygons. The image itself is the surface. */
export function PolygonEditor(props: EditorProps<"polygon">) {
  const { question, value, onChange, labelledBy, keys, readOnly, suggestion } = props;
  const { t, i18n } = useTranslation("annotate");
  const { regions, title, announce } = useTaskScope();
  const slot = useRegionSlot(regions, question.name);
  const tree = useMemo(() => new LabelTree(question.labels), [question.labels]);
  const looks = useMemo(() => labelLooks(question.labels), [question.labels]);
  const polygons = value?.polygons ?? noPolygons;
  const selected = slot.selected ? polygons.indexOf(slot.selected as Polygon) : -1;
  const number = new Intl.NumberFormat(i18n.language);
  const nameOf = (label: string) => title(tree.get(label)?.title, label);
  const onlyLabel = question.labels.length === 1 ? question.labels[0]?.name : undefined;

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
        {t("polygon.count", { count: polygons.length, shown: number.format(polygons.length) })}
        {suggestion && suggestion.polygons.length > 0 && value === undefined
          ? ` · ${t("suggestion.regions", { count: suggestion.polygons.length })}`
          : null}
      </p>
      <RegionList
        label={t("polygon.list")}
        items={polygons}
        selected={selected}
        keyOf={(_polygon, index) => String(index)}
        show={(polygon) => (
          <>
            <LabelChip look={looks.get(polygon.label)}>{nameOf(polygon.label)}</LabelChip>
            <span className={classes.size}>
              {t("polygon.corners", {
                count: polygon.points.length,
                shown: number.format(polygon.points.length),
              })}
            </span>
          </>
        )}
        actions={(polygon, index) => {
          const name = { label: nameOf(polygon.label), n: number.format(index + 1) };
          return (
            <ShapeActions
              words={{
                hide: t("polygon.hide", name),
                lock: t("polygon.lock", name),
                remove: t("polygon.remove", name),
              }}
              hidden={slot.hidden.has(polygon)}
              locked={slot.locked.has(polygon)}
              readOnly={readOnly === true}
              onToggle={(what) => regions.toggle(question.name, what, polygon)}
              onRemove={() => {
                onChange({ polygons: polygons.toSpliced(index, 1) });
                announce(t("polygon.removed", name));
              }}
            />
          );
        }}
        onSelect={(polygon) => regions.change(question.name, { selected: polygon })}
      />
    </div>
  );
}
