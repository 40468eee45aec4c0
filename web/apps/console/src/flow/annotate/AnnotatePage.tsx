interface Props {
  projectId: string;
}

/** Fills the space under the header; its parent is a flex column of the full height. */
export default function AnnotatePage({ projectId }: Props) {
  return <main>{projectId}</main>;
}
