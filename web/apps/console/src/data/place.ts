import { useParams } from "@tanstack/react-router";

/** The project of the page we are on. */
export function useProjectId(): string {
  const { projectId } = useParams({ strict: false });
  if (!projectId) throw new Error("this page belongs to a project");
  return projectId;
}
