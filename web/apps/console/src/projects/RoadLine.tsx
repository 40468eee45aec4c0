import { Skeleton } from "@mantine/core";
import type { Counts } from "@qistas/api";
import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/format";
import { Icon, type IconName } from "../parts/Icon";
import classes from "./RoadLine.module.css";

interface Props {
  counts: Counts | undefined;
  currency: string;
  version: number | null;
  datasets: number | undefined;
  projectId: string;
}

interface Station {
  name: string;
  icon: IconName;
  to: NonNullable<LinkProps["to"]>;
  figure: ReactNode;
  what: string;
  notes: string[];
}

/** The road: one stop a station, with the number that matters there and the smaller ones beneath. */
export function RoadLine({ counts, currency, version, datasets, projectId }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const n = (value: number | undefined) => format.whole(value ?? 0);
  const stations: Station[] = [
    {
      name: "ontology",
      icon: "ontology",
      to: "/projects/$projectId/ontology",
      figure: version ? format.whole(version) : "–",
      what: t("road.version"),
      notes: [],
    },
    {
      name: "sources",
      icon: "sources",
      to: "/projects/$projectId/sources",
      figure: n(counts?.items),
      what: t("road.itemsIn"),
      notes: [],
    },
    {
      name: "queue",
      icon: "queue",
      to: "/projects/$projectId/queue",
      figure: n(counts?.open),
      what: t("road.tasksOpen"),
      notes: [t("road.tasksDone", { n: n(counts?.done) })],
    },
    {
      name: "annotate",
      icon: "annotate",
      to: "/projects/$projectId/annotate",
      figure: n(counts?.answers_today),
      what: t("road.answersToday"),
      notes: [t("road.answersAll", { n: n(counts?.answers) }), t("road.skipped", { n: n(counts?.skipped) })],
    },
    {
      name: "quality",
      icon: "quality",
      to: "/projects/$projectId/quality",
      figure: n(counts?.consensus),
      what: t("road.consensus"),
      notes: [t("road.doubt", { n: n(counts?.doubt) })],
    },
    {
      name: "review",
      icon: "review",
      to: "/projects/$projectId/review",
      figure: n(counts?.reviewed),
      what: t("road.reviewed"),
      notes: [],
    },
    {
      name: "datasets",
      icon: "datasets",
      to: "/projects/$projectId/datasets",
      figure: n(datasets),
      what: t("road.datasets"),
      notes: counts?.cost_minor
        ? [t("road.spent", { money: format.money(counts.cost_minor, currency) })]
        : [],
    },
  ];
  return (
    <ol className={classes.road} aria-label={t("stations.road")}>
      {stations.map((station) => (
        <li key={station.name} className={classes.station}>
          <Link to={station.to} params={{ projectId }} className={classes.link}>
            <span className={classes.mark}>
              <Icon name={station.icon} size={16} />
            </span>
            <span className={classes.name}>{t(`stations.${station.name}`)}</span>
            {counts ? (
              <span className={classes.figure}>{station.figure}</span>
            ) : (
              <Skeleton height={28} width={56} my={3} />
            )}
            <span className={classes.what}>{station.what}</span>
            {station.notes.map((note) => (
              <span key={note} className={classes.note}>
                {note}
              </span>
            ))}
          </Link>
        </li>
      ))}
    </ol>
  );
}
