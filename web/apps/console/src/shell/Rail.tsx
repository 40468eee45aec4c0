import { Link, type LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Deed, may, useMe } from "../data/session";
import { Icon, type IconName } from "../parts/Icon";
import classes from "./Rail.module.css";

interface Stop {
  to: NonNullable<LinkProps["to"]>;
  name: string;
  icon: IconName;
  /** What one must be allowed; without it the stop is there for all. */
  deed?: Deed;
}

/** The stations of the road, in the order the data takes. */
const road: Stop[] = [
  { to: "/projects/$projectId/ontology", name: "ontology", icon: "ontology", deed: "see" },
  { to: "/projects/$projectId/sources", name: "sources", icon: "sources", deed: "see" },
  { to: "/projects/$projectId/queue", name: "queue", icon: "queue", deed: "see" },
  { to: "/projects/$projectId/annotate", name: "annotate", icon: "annotate", deed: "annotate" },
  { to: "/projects/$projectId/quality", name: "quality", icon: "quality", deed: "see" },
  { to: "/projects/$projectId/review", name: "review", icon: "review", deed: "review" },
  { to: "/projects/$projectId/datasets", name: "datasets", icon: "datasets", deed: "see" },
];

const beside: Stop[] = [
  { to: "/projects/$projectId/members", name: "projectMembers", icon: "members", deed: "manage" },
  { to: "/projects/$projectId/settings", name: "projectSettings", icon: "settings", deed: "manage" },
];

const house: Stop[] = [
  { to: "/", name: "projects", icon: "projects" },
  { to: "/members", name: "members", icon: "members", deed: "manage" },
  { to: "/tokens", name: "tokens", icon: "tokens", deed: "annotate" },
];

interface Props {
  projectId: string | undefined;
  slim: boolean;
}

export function Rail({ projectId, slim }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const shown = (stops: Stop[]) => stops.filter((stop) => !stop.deed || may(me, stop.deed, projectId));

  const line = (stop: Stop, exact = false) => {
    const name = t(`stations.${stop.name}`);
    const link = (
      <Link
        to={stop.to}
        params={projectId ? { projectId } : {}}
        activeOptions={{ exact }}
        className={classes.stop}
        activeProps={{ "aria-current": "page" }}
        aria-label={slim ? name : undefined}
        title={slim ? name : undefined}
      >
        <span className={classes.mark}>
          <Icon name={stop.icon} size={17} />
        </span>
        {slim ? null : <span className={classes.name}>{name}</span>}
      </Link>
    );
    return <li key={stop.to}>{link}</li>;
  };

  const home: Stop = { to: "/projects/$projectId", name: "road", icon: "road" };

  return (
    <div className={classes.rail} data-slim={slim || undefined}>
      {projectId ? (
        <>
          {may(me, "see", projectId) ? <ul>{line(home, true)}</ul> : null}
          <ul className={classes.road}>{shown(road).map((stop) => line(stop))}</ul>
          <ul>{shown(beside).map((stop) => line(stop))}</ul>
        </>
      ) : null}
      <ul className={projectId ? classes.house : undefined}>
        {shown(house).map((stop) => line(stop, stop.to === "/"))}
      </ul>
    </div>
  );
}
