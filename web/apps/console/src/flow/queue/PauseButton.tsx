import { Button } from "@mantine/core";
import type { Project } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { useChangeProject } from "../../data/projects";
import { say, sayProblem } from "../../parts/ask";
import { Icon } from "../../parts/Icon";

/** Stop offering tasks, or go on; answers that are under way are kept either way. */
export function PauseButton({ project }: { project: Project }) {
  const { t } = useTranslation();
  const change = useChangeProject(project.id);
  if (project.state === "archived") return null;
  const paused = project.state === "paused";
  const turn = (state: "active" | "paused") =>
    change.mutate(
      { state },
      {
        onSuccess: () =>
          state === "paused" ? say(t("road.paused"), () => turn("active")) : say(t("road.resumed")),
        onError: sayProblem,
      },
    );
  return (
    <Button
      variant="default"
      leftSection={<Icon name={paused ? "play" : "pause"} />}
      loading={change.isPending}
      onClick={() => turn(paused ? "active" : "paused")}
    >
      {t(paused ? "road.resume" : "road.pause")}
    </Button>
  );
}
