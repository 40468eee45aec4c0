import { Menu } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { projectQuery, projectsQuery } from "../data/projects";
import { may, useMe } from "../data/session";
import { Icon } from "../parts/Icon";
import { State } from "../parts/State";
import { ProjectButton } from "./ProjectButton";

/** The project we are in, and the way to the others. */
export default function ProjectMenu({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const project = useQuery(projectQuery(projectId));
  const projects = useInfiniteQuery(projectsQuery);
  const others =
    projects.data?.pages.flatMap((page) => page.rows).filter((row) => row.id !== projectId) ?? [];
  return (
    <Menu position="bottom-start" width={280} defaultOpened>
      <Menu.Target>
        <ProjectButton name={project.data?.name} />
      </Menu.Target>
      <Menu.Dropdown mah="70vh" style={{ overflowY: "auto" }}>
        {project.data && project.data.state !== "active" ? (
          <Menu.Label>
            <State state={project.data.state} label={t(`states.${project.data.state}`)} />
          </Menu.Label>
        ) : null}
        {others.slice(0, 12).map((row) => (
          <Menu.Item
            key={row.id}
            onClick={() =>
              void navigate({
                to: may(me, "see", row.id) ? "/projects/$projectId" : "/projects/$projectId/annotate",
                params: { projectId: row.id },
              })
            }
          >
            <bdi>{row.name}</bdi>
          </Menu.Item>
        ))}
        {others.length ? <Menu.Divider /> : null}
        <Menu.Item component={Link} to="/" leftSection={<Icon name="projects" />}>
          {t("frame.allProjects")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
