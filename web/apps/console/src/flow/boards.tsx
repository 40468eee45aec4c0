import { type ComponentProps, lazy, Suspense } from "react";
import { Waiting } from "../parts/Waiting";

// The annotator's parts come in a chunk of their own, and hold their room until they are here.
const AnswerBoard = lazy(async () => ({ default: (await import("./annotate/AnswerBoard")).AnswerBoard }));
const TaskPreview = lazy(async () => ({ default: (await import("./annotate/TaskPreview")).TaskPreview }));

export function Board(props: ComponentProps<typeof AnswerBoard>) {
  return (
    <Suspense fallback={<Waiting rows={3} height={56} />}>
      <AnswerBoard {...props} />
    </Suspense>
  );
}

export function Preview(props: ComponentProps<typeof TaskPreview>) {
  return (
    <Suspense fallback={<Waiting rows={3} height={56} />}>
      <TaskPreview {...props} />
    </Suspense>
  );
}
