import { Button, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { useProjectId } from "../../data/place";
import { qualityQuery, useInfer } from "../../data/quality";
import { may, useMe } from "../../data/session";
import { Answered } from "../../parts/Answered";
import { say, sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { ButtonLink } from "../../parts/links";
import { Page } from "../../parts/Page";
import { Sheet } from "../../parts/Sheet";
import { AnnotatorSkills } from "./AnnotatorSkills";
import { DoubtfulItems } from "./DoubtfulItems";
import { GoldList } from "./GoldList";
import { LikelyErrors } from "./LikelyErrors";
import { QuestionQualityCard } from "./QuestionQualityCard";
import { Savings } from "./Savings";

export default function QualityPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const projectId = useProjectId();
  const me = useMe();
  const quality = useQuery(qualityQuery(projectId));
  const ontology = useQuery(ontologyQuery(projectId));
  const infer = useInfer(projectId);
  const manages = may(me, "manage", projectId);
  const [tab, setTab] = useState<string | null>("questions");
  const [doubt, setDoubt] = useState<{ question: string; least: number } | null>(null);

  return (
    <Page
      title={t("stations.quality")}
      lead={
        <Text span role="status">
          {quality.data?.computed_at
            ? t("quality.computed", { when: format.ago(quality.data.computed_at) })
            : t("quality.lead")}
          {quality.data?.due ? ` ${t("quality.due", { n: format.whole(quality.data.due) })}` : null}
        </Text>
      }
      width="wide"
      actions={
        manages ? (
          <Button
            variant="default"
            loading={infer.isPending}
            onClick={() =>
              infer.mutate(undefined, { onSuccess: () => say(t("quality.inferring")), onError: sayProblem })
            }
          >
            {t("quality.infer")}
          </Button>
        ) : null
      }
    >
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="questions">{t("quality.questions")}</Tabs.Tab>
          <Tabs.Tab value="annotators">{t("quality.annotators")}</Tabs.Tab>
          <Tabs.Tab value="items">{t("quality.items")}</Tabs.Tab>
          <Tabs.Tab value="errors">{t("errors.tab")}</Tabs.Tab>
          {manages ? <Tabs.Tab value="gold">{t("quality.gold")}</Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="questions">
          <Answered query={quality} rows={2} height={220}>
            {(data) =>
              data.questions.length === 0 ? (
                <Sheet>
                  <Empty
                    icon="quality"
                    title={t("quality.none")}
                    actions={
                      manages ? (
                        <ButtonLink to="/projects/$projectId/members" params={{ projectId }}>
                          {t("next.toMembers")}
                        </ButtonLink>
                      ) : null
                    }
                  >
                    {t("quality.noneWords")}
                  </Empty>
                </Sheet>
              ) : (
                <div style={{ display: "grid", gap: "1rem" }}>
                  {data.redundancy ? <Savings savings={data.redundancy} /> : null}
                  {data.questions.map((question) => (
                    <QuestionQualityCard
                      key={question.name}
                      quality={question}
                      question={ontology.data?.document.questions.find((each) => each.name === question.name)}
                      onDoubt={(least) => {
                        setDoubt(least === null ? null : { question: question.name, least });
                        if (least !== null) setTab("items");
                      }}
                    />
                  ))}
                </div>
              )
            }
          </Answered>
        </Tabs.Panel>
        <Tabs.Panel value="annotators">
          <Answered query={quality} rows={5} height={40}>
            {(data) => (
              <AnnotatorSkills
                projectId={projectId}
                rows={data.annotators}
                questions={ontology.data?.document.questions ?? []}
              />
            )}
          </Answered>
        </Tabs.Panel>
        <Tabs.Panel value="items">
          <DoubtfulItems
            projectId={projectId}
            questions={ontology.data?.document.questions ?? []}
            doubt={doubt}
            onDoubt={setDoubt}
          />
        </Tabs.Panel>
        <Tabs.Panel value="errors">
          <Answered query={ontology} rows={4} height={60}>
            {(found) => <LikelyErrors projectId={projectId} ontology={found.document} />}
          </Answered>
        </Tabs.Panel>
        <Tabs.Panel value="gold">
          <GoldList projectId={projectId} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
