export interface StoredImage {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

/** The image in an item's field, undefined where there is none to show. */
export function imageOf(value: unknown): StoredImage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { url, width, height } = value as Record<string, unknown>;
  if (typeof url !== "string" || typeof width !== "number" || typeof height !== "number") return undefined;
  return width > 0 && height > 0 ? { url, width, height } : undefined;
}
