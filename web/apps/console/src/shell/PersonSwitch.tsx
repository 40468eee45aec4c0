import { lazy, Suspense, useState } from "react";
import { useMe } from "../data/session";
import { PersonButton } from "./PersonButton";

const PersonMenu = lazy(() => import("./PersonMenu"));

/** Who sits here; the menu itself comes when it is asked for. */
export function PersonSwitch() {
  const [wanted, setWanted] = useState(false);
  const me = useMe();
  const button = (
    <PersonButton
      name={me.person.name}
      aria-haspopup="menu"
      aria-expanded={false}
      onClick={() => setWanted(true)}
    />
  );
  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <PersonMenu />
    </Suspense>
  );
}
