import { FileButton, Text } from "@mantine/core";
import { type DragEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import classes from "./FileDrop.module.css";

const kinds = ".jsonl,.ndjson,.json,.csv,.tsv,.parquet,.txt,.zip";

/** The place to drop a file on; pressed, it opens the file chooser. */
export function FileDrop({ onFile }: { onFile: (file: File) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) onFile(file);
  };
  return (
    <FileButton accept={kinds} onChange={(file) => file && onFile(file)} inputProps={{ "aria-hidden": true }}>
      {(button) => (
        <button
          {...button}
          type="button"
          className={classes.drop}
          data-over={over || undefined}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <Icon name="upload" size={22} />
          <span>
            <Text span fw={500} display="block">
              {t("sources.drop")}
            </Text>
            <Text span size="sm" c="dimmed">
              {t("sources.kinds")}
            </Text>
          </span>
        </button>
      )}
    </FileButton>
  );
}
