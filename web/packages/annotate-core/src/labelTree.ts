import type { Label } from "./ontology";

export interface LabelNode {
  readonly label: Label;
  readonly depth: number;
  readonly children: readonly LabelNode[];
}

/** Labels of one question as a forest; a label whose parent is missing or part of a ring stands at the root. */
export class LabelTree {
  readonly roots: readonly LabelNode[];
  private readonly byName = new Map<string, Label>();

  constructor(labels: readonly Label[]) {
    for (const label of labels) this.byName.set(label.name, label);
    const childrenOf = new Map<string, Label[]>();
    const tops: Label[] = [];
    for (const label of labels) {
      if (label.parent && this.byName.has(label.parent) && !this.ring(label)) {
        const siblings = childrenOf.get(label.parent);
        if (siblings) siblings.push(label);
        else childrenOf.set(label.parent, [label]);
      } else tops.push(label);
    }
    const grow = (label: Label, depth: number): LabelNode => ({
      label,
      depth,
      children: (childrenOf.get(label.name) ?? []).map((child) => grow(child, depth + 1)),
    });
    this.roots = tops.map((label) => grow(label, 0));
  }

  get(name: string): Label | undefined {
    return this.byName.get(name);
  }

  get flat(): boolean {
    return this.roots.every((root) => root.children.length === 0);
  }

  /** Names of the labels above `name`, the nearest first. */
  ancestors(name: string): string[] {
    const above: string[] = [];
    let label = this.byName.get(name);
    while (label?.parent && this.byName.has(label.parent) && !above.includes(label.parent)) {
      above.push(label.parent);
      label = this.byName.get(label.parent);
    }
    return above;
  }

  /** All nodes, parents before their children, in the order of the document. */
  walk(): LabelNode[] {
    const nodes: LabelNode[] = [];
    const visit = (node: LabelNode): void => {
      nodes.push(node);
      node.children.forEach(visit);
    };
    this.roots.forEach(visit);
    return nodes;
  }

  private ring(label: Label): boolean {
    const seen = new Set([label.name]);
    let at: Label | undefined = label;
    while (at?.parent) {
      if (seen.has(at.parent)) return true;
      seen.add(at.parent);
      at = this.byName.get(at.parent);
    }
    return false;
  }
}
