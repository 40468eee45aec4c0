import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import { IconButton } from "../IconButton";
import classes from "./Image.module.css";
import { Sign } from "./signs";

export interface Light {
  readonly brightness: number;
  readonly contrast: number;
}

interface Props {
  scale: number;
  light: Light;
  onLight: (light: Light) => void;
  hand: boolean;
  snap: boolean | null;
}

/** Zoom, light and tools of one image; each is a named command too. */
export function ImageTools({ scale, light, onLight, hand, snap }: Props) {
  const { t, i18n } = useTranslation("annotate");
  const { dispatcher, keyOf } = useTaskScope();
  const [open, setOpen] = useState(false);
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 0 });
  const name = (command: string) => `${t(`commands.${command}`)} (${keyOf(command) ?? ""})`;
  const press = (command: string) => () => dispatcher.run(command);
  const slide = (what: keyof Light) => (
    <label className={classes.slide}>
      {t(`image.${what}`)}
      <input
        type="range"
        min={0.2}
        max={3}
        step={0.1}
        value={light[what]}
        onChange={(event) => onLight({ ...light, [what]: Number(event.target.value) })}
      />
      <output>{percent.format(light[what])}</output>
    </label>
  );
  return (
    <div className={classes.tools} role="toolbar" aria-label={t("image.tools")}>
      <IconButton label={name("zoomOut")} onClick={press("zoomOut")}>
        <Sign name="minus" />
      </IconButton>
      <output className={classes.scale} aria-label={t("image.scale")}>
        {percent.format(scale)}
      </output>
      <IconButton label={name("zoomIn")} onClick={press("zoomIn")}>
        <Sign name="plus" />
      </IconButton>
      <IconButton label={name("zoomFit")} onClick={press("zoomFit")}>
        <Sign name="fit" />
      </IconButton>
      <IconButton label={name("zoomWhole")} onClick={press("zoomWhole")}>
        <Sign name="whole" />
      </IconButton>
      <IconButton label={name("panTool")} pressed={hand} onClick={press("panTool")}>
        <Sign name="hand" />
      </IconButton>
      {snap === null ? null : (
        <IconButton label={name("snapEdges")} pressed={snap} onClick={press("snapEdges")}>
          <Sign name="magnet" />
        </IconButton>
      )}
      <IconButton label={t("image.light")} pressed={open} onClick={() => setOpen(!open)}>
        <Sign name="light" />
      </IconButton>
      {open ? (
        <div className={classes.light}>
          {slide("brightness")}
          {slide("contrast")}
          <button type="button" onClick={() => onLight({ brightness: 1, contrast: 1 })}>
            {t("image.asStored")}
          </button>
        </div>
      ) : null}
    </div>
  );
}
