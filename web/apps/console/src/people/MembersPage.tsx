import { Button, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { projectQuery } from "../data/projects";
import { may, useMe } from "../data/session";
import { Icon } from "../parts/Icon";
import { Page } from "../parts/Page";
import { AddMember } from "./AddMember";
import { GroupList } from "./GroupList";
import { InvitationList } from "./InvitationList";
import { InviteDialog } from "./InviteDialog";
import { MemberTable } from "./MemberTable";

/** The people of the tenant, or of one project when the page belongs to one. */
export default function MembersPage() {
  const { t } = useTranslation();
  const me = useMe();
  const { projectId } = useParams({ strict: false });
  const project = useQuery({ ...projectQuery(projectId ?? ""), enabled: projectId !== undefined });
  const [inviting, setInviting] = useState(false);
  return (
    <Page
      title={t(projectId ? "stations.projectMembers" : "stations.members")}
      lead={projectId ? t("members.leadProject", { project: project.data?.name ?? "" }) : t("members.lead")}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setInviting(true)}>
          {t("members.invite")}
        </Button>
      }
    >
      <Tabs defaultValue="members" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="members">{t("members.members")}</Tabs.Tab>
          <Tabs.Tab value="invitations">{t("members.invitations")}</Tabs.Tab>
          {may(me, "manage") ? <Tabs.Tab value="groups">{t("members.groups")}</Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="members">
          {projectId && may(me, "manage") ? <AddMember projectId={projectId} /> : null}
          <MemberTable projectId={projectId} />
        </Tabs.Panel>
        <Tabs.Panel value="invitations">
          <InvitationList projectId={projectId} onInvite={() => setInviting(true)} />
        </Tabs.Panel>
        <Tabs.Panel value="groups">
          <GroupList />
        </Tabs.Panel>
      </Tabs>
      {inviting ? <InviteDialog projectId={projectId} onClose={() => setInviting(false)} /> : null}
    </Page>
  );
}
