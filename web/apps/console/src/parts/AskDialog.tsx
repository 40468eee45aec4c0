import { Button, Group, Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { asked, type Question } from "./ask";

/** The question before a deed that cannot be taken back. */
export default function AskDialog({ question }: { question: Question }) {
  const { t } = useTranslation();
  const close = () => asked.set(null);
  return (
    <Modal opened onClose={close} title={question.title} closeButtonProps={{ "aria-label": t("close") }}>
      <Text size="md">{question.words}</Text>
      <Group justify="end" mt="md">
        <Button variant="default" onClick={close} data-autofocus>
          {t("confirm.no")}
        </Button>
        <Button
          color="red.9"
          onClick={() => {
            close();
            question.act();
          }}
        >
          {question.yes}
        </Button>
      </Group>
    </Modal>
  );
}
