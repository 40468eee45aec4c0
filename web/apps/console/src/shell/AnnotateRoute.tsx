import { useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

const AnnotatePage = lazy(() => import("../flow/annotate/AnnotatePage"));

export function AnnotateRoute() {
  const { projectId } = useParams({ from: "/inside/projects/$projectId/annotate" });
  return (
    <Suspense fallback={null}>
      <AnnotatePage projectId={projectId} />
    </Suspense>
  );
}
