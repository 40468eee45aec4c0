import { Group } from "@mantine/core";
import type { Counts, ProjectState } from "@qistas/api";
import type { LinkProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { may, useMe } from "../data/session";
import { Icon } from "../parts/Icon";
import { ButtonLink } from "../parts/links";
import classes from "./NextStep.module.css";

interface Props {
  counts: Counts;
  projectId: string;
  state: ProjectState;
}

interface Way {
  label: string;
  to: NonNullable<LinkProps["to"]>;
}

interface Step extends Way {
  words: string;
  other?: Way;
}

/** What to do next, from where the work stands; one click away. */
export function NextStep({ counts, projectId, state }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  if (!may(me, "manage", projectId) || state === "archived") return null;
  const step = pick(counts);
  return (
    <div className={classes.step}>
      <span>
        <b>{t("next.title")}</b> {t(`next.${step.words}`)}
      </span>
      <Group gap="xs">
        {[...(step.other ? [step.other] : []), step].map((way) => (
          <ButtonLink
            key={way.label}
            to={way.to as "/projects/$projectId"}
            params={{ projectId }}
            size="xs"
            variant={way === step ? "filled" : "default"}
            rightSection={<Icon name="next" size={14} />}
          >
            {t(`next.${way.label}`)}
          </ButtonLink>
        ))}
      </Group>
    </div>
  );
}

function pick(counts: Counts): Step {
  if (counts.items === 0) return { words: "noItems", label: "toSources", to: "/projects/$projectId/sources" };
  if (counts.answers === 0)
    return {
      words: "noAnswers",
      label: "toMembers",
      to: "/projects/$projectId/members",
      other: { label: "toAnnotate", to: "/projects/$projectId/annotate" },
    };
  if (counts.doubt > 0) return { words: "doubt", label: "toReview", to: "/projects/$projectId/review" };
  if (counts.open > 0) return { words: "going", label: "toQuality", to: "/projects/$projectId/quality" };
  return { words: "done", label: "toDatasets", to: "/projects/$projectId/datasets" };
}
