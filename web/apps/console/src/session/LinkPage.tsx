import { Loader, Stack } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useSignInByLink } from "../data/session";
import { ButtonLink } from "../parts/links";
import { Problem } from "../parts/Problem";
import { Door } from "./Door";
import { takeFragment } from "./fragment";

/** Signs in by the one-time link that the server printed; the token stands after the `#`, which no server sees. */
export default function LinkPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const enter = useSignInByLink();
  const begun = useRef(false);
  const { mutate } = enter;

  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate(takeFragment(), { onSuccess: () => void navigate({ to: "/", replace: true }) });
  }, [mutate, navigate]);

  return (
    <Door title={t(enter.error ? "signIn.title" : "link.title")}>
      {enter.error ? (
        <Stack gap="sm">
          <Problem error={enter.error} />
          <ButtonLink to="/sign-in" variant="default">
            {t("link.signIn")}
          </ButtonLink>
        </Stack>
      ) : (
        <Loader size="sm" role="status" aria-label={t("waiting")} />
      )}
    </Door>
  );
}
