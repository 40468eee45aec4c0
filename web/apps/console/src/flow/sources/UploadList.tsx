import { ActionIcon, Progress, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { useServerWords } from "../../parts/serverWords";
import classes from "./UploadList.module.css";
import { forget } from "./uploading";
import { uploads } from "./uploads";

/** Files on their way to the server, seen from every page. */
export default function UploadList() {
  const { t } = useTranslation();
  const format = useFormat();
  const server = useServerWords();
  const shown = uploads.use();
  return (
    <aside className={classes.uploads} aria-label={t("uploads.title")}>
      {shown.map((upload) => (
        <div key={upload.key} className={classes.upload}>
          <div className={classes.line}>
            <Text size="sm" truncate dir="auto">
              {upload.name}
            </Text>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={upload.error ? t("close") : t("uploads.stop", { name: upload.name })}
              onClick={() => (upload.error ? forget(upload.key) : upload.stop())}
            >
              <Icon name="cross" size={13} />
            </ActionIcon>
          </div>
          {upload.error ? (
            <Text size="sm" c="var(--danger-ink)" dir="auto" role="alert">
              {upload.error.code === "network" ? t("problem.network") : server.problem(upload.error).words}
            </Text>
          ) : (
            <>
              <Progress
                value={upload.size ? (upload.sent / upload.size) * 100 : 0}
                size="sm"
                aria-label={t("uploads.title")}
              />
              <Text size="xs" c="dimmed" mt={2}>
                {t("uploads.of", { sent: format.bytes(upload.sent), size: format.bytes(upload.size) })}
              </Text>
            </>
          )}
        </div>
      ))}
    </aside>
  );
}
