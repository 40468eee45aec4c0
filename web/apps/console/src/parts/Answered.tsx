import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "./Problem";
import { Waiting } from "./Waiting";

interface Props<T> {
  query: UseQueryResult<T>;
  rows?: number;
  height?: number;
  children: (data: T) => ReactNode;
}

/** A query's three states in one place: waiting, refused, here. */
export function Answered<T>({ query, rows, height, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Problem error={query.error} retry={() => void query.refetch()} />;
  return <Waiting rows={rows} height={height} />;
}
