import type { Page } from "@qistas/api";

/** All rows of a list that is shown whole, however many pages they come in. */
export async function allPages<Row>(
  ask: (after: string | null) => Promise<Page<Row>>,
): Promise<{ rows: Row[] }> {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const page: Page<Row> = await ask(after);
    rows.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return { rows };
}
