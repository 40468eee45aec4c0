import { Text } from "@mantine/core";
import { Exact } from "./Exact";
import { useServerWords } from "./serverWords";

interface Props {
  /** The code of why the work ended as it did; empty where nothing failed. */
  fault: string;
  /** The server's own sentence. */
  detail: string;
  bad?: boolean;
}

/** How work of the server ended: in the reader's language, with the server's own words folded under it. */
export function Ended({ fault, detail, bad }: Props) {
  const words = useServerWords();
  if (!detail) return null;
  const told = words.ended(fault, detail);
  return (
    <>
      <Text size="xs" c={bad ? "var(--danger-ink)" : "dimmed"} dir="auto" ta="start">
        {told.words}
      </Text>
      <Exact words={told.exact} />
    </>
  );
}
