import {
  type Command,
  commands,
  type OwnKeys,
  readOwnKeys,
  withOwnKeys,
  writeOwnKeys,
} from "@qistas/annotate-core";
import { type Me, request } from "@qistas/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { meQuery, useMe } from "../../../data/session";

interface Keymap {
  readonly commands: readonly Command[];
  readonly own: OwnKeys;
  readonly save: (own: OwnKeys) => void;
  readonly failure: Error | null;
}

/** The commands with this person's keys, and how to change them. */
export function useKeymap(): Keymap {
  const me = useMe();
  const queries = useQueryClient();
  const stored = me.person.keymap;
  const own = useMemo(() => readOwnKeys(stored), [stored]);
  const { mutate, error } = useMutation({
    mutationFn: (next: OwnKeys) => request<Me>("PATCH", "/session", { body: { keymap: writeOwnKeys(next) } }),
    // the keys hold at once, whatever the network does
    onMutate: (next) => {
      queries.setQueryData(meQuery.queryKey, {
        ...me,
        person: { ...me.person, keymap: writeOwnKeys(next) },
      } as unknown as Me);
    },
    onSuccess: (now) => queries.setQueryData(meQuery.queryKey, now),
  });
  return useMemo(
    () => ({ commands: withOwnKeys(commands, own), own, save: mutate, failure: error }),
    [own, mutate, error],
  );
}
