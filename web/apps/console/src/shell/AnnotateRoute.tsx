import { lazy, Suspense } from "react";
import { useProjectId } from "../data/place";

const AnnotatePage = lazy(() => import("../flow/annotate/AnnotatePage"));

/** The annotator's screen, in a chunk of its own; it fills what the frame leaves. */
export function AnnotateRoute() {
  const projectId = useProjectId();
  return (
    <Suspense fallback={null}>
      <AnnotatePage projectId={projectId} />
    </Suspense>
  );
}
