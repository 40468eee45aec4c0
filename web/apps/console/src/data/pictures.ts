/** Item data as the server takes it: the drawn pictures of templates (SVG) become PNG, everything else stays. */
export async function asSent(data: Record<string, unknown>): Promise<Record<string, unknown>> {
  const entries = await Promise.all(
    Object.entries(data).map(async ([name, value]) => [name, await drawn(value)] as const),
  );
  return Object.fromEntries(entries);
}

async function drawn(value: unknown): Promise<unknown> {
  const url = (value as { url?: unknown } | null)?.url;
  if (typeof url !== "string" || !url.startsWith("data:image/")) return value;
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  canvas.getContext("2d")?.drawImage(picture, 0, 0);
  return canvas.toDataURL("image/png");
}
