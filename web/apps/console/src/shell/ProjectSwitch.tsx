import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { projectQuery } from "../data/projects";
import { ProjectButton } from "./ProjectButton";

const ProjectMenu = lazy(() => import("./ProjectMenu"));

/** The project we are in, and the way to the others; the list itself comes when it is asked for. */
export function ProjectSwitch({ projectId }: { projectId: string }) {
  const [wanted, setWanted] = useState(false);
  const project = useQuery(projectQuery(projectId));
  const button = (
    <ProjectButton
      name={project.data?.name}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setWanted(true)}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <ProjectMenu projectId={projectId} />
    </Suspense>
  );
}
