import { Alert, Button, Code, List, Text } from "@mantine/core";
import { ApiProblem } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { Exact } from "./Exact";
import { Icon } from "./Icon";
import { useServerWords } from "./serverWords";

interface Props {
  error: unknown;
  retry?: () => void;
}

/** What went wrong, where, and what to do about it. */
export function Problem({ error, retry }: Props) {
  const { t } = useTranslation();
  const server = useServerWords();
  if (!error) return null;
  const problem = error instanceof ApiProblem ? error : undefined;
  const told =
    problem && problem.code !== "network" ? server.problem(problem) : { words: t("problem.network") };
  const places = (problem?.places ?? []).map((place) => {
    const said = server.place(place);
    return { where: said.where, named: said.named, message: said.message.words, remedy: said.remedy };
  });
  const words = problem ? told.words || t("problem.unknown") : t("problem.unknown");
  return (
    <Alert
      color="red"
      variant="light"
      icon={<Icon name="warning" />}
      title={<span dir="auto">{words}</span>}
      role="alert"
      styles={{ title: { color: "var(--ink)" } }}
    >
      {problem?.places.length ? (
        <List size="sm" spacing={4}>
          {places.map((place) => (
            <List.Item key={`${place.where} ${place.message}`}>
              {place.named ? <bdi>{`${place.where}: `}</bdi> : null}
              {place.where && !place.named ? (
                <>
                  <Code>
                    <bdi>{place.where}</bdi>
                  </Code>{" "}
                </>
              ) : null}
              <bdi>{place.message}</bdi>
              {place.remedy ? <Text span c="dimmed" size="sm">{` ${place.remedy}`}</Text> : null}
            </List.Item>
          ))}
        </List>
      ) : null}
      {retry ? (
        <Button variant="default" size="xs" mt={problem?.places.length ? "xs" : 0} onClick={retry}>
          {t("problem.retry")}
        </Button>
      ) : null}
      {problem?.places.length ? null : <Exact words={told.exact} />}
      {problem?.requestId ? (
        <Text size="xs" c="dimmed" mt={6}>
          {t("problem.request")} <bdi>{problem.requestId}</bdi>
        </Text>
      ) : null}
    </Alert>
  );
}
