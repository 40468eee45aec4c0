import { ApiProblem, type Import } from "@qistas/api";
import type { ImportOptions } from "../../data/sources";
import { importsQuery } from "../../data/sources";
import { queries } from "../../shell/queries";
import { type Upload, uploads } from "./uploads";

// Uploads live outside the pages, so that one may go elsewhere in the console while a file is on its way.

const put = (key: number, change: Partial<Upload>) =>
  uploads.set(uploads.get().map((upload) => (upload.key === key ? { ...upload, ...change } : upload)));

export const forget = (key: number) => uploads.set(uploads.get().filter((upload) => upload.key !== key));

let lastKey = 0;

window.addEventListener("beforeunload", (event) => {
  if (uploads.get().some((upload) => !upload.error)) event.preventDefault();
});

/** Send a file; the import begins on the server when the last byte is there. */
export function startUpload(projectId: string, file: File, options: ImportOptions): void {
  lastKey += 1;
  const key = lastKey;
  const call = new XMLHttpRequest();
  const refuse = (problem: ApiProblem) => put(key, { error: problem });
  uploads.set([
    ...uploads.get(),
    {
      key,
      projectId,
      name: file.name,
      sent: 0,
      size: file.size,
      error: null,
      stop: () => {
        call.abort();
        forget(key);
      },
    },
  ]);
  call.upload.addEventListener("progress", (event) => put(key, { sent: event.loaded }));
  call.addEventListener("error", () => refuse(new ApiProblem(0, { code: "network" })));
  call.addEventListener("load", () => {
    let body: Record<string, unknown> = {};
    try {
      body = JSON.parse(call.responseText) as Record<string, unknown>;
    } catch {
      body = { title: call.statusText };
    }
    if (call.status >= 400) return refuse(new ApiProblem(call.status, body));
    forget(key);
    const row = body as unknown as Import;
    queries.setQueryData(importsQuery(projectId).queryKey, (before) => ({
      next: before?.next ?? null,
      rows: [row, ...(before?.rows ?? []).filter((each) => each.id !== row.id)],
    }));
    void queries.invalidateQueries({ queryKey: importsQuery(projectId).queryKey });
  });
  const body = new FormData();
  // Options stand before the file, so that a server that reads as it goes knows them first.
  body.set("options", JSON.stringify(options));
  body.set("file", file, file.name);
  call.open("POST", `/api/v1/projects/${projectId}/imports`);
  call.setRequestHeader("Accept", "application/json");
  call.send(body);
}
