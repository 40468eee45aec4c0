import { lexer, type Token, type Tokens } from "marked";
import { Fragment, memo, type ReactNode } from "react";
import classes from "./Markdown.module.css";

interface Props {
  text: string;
  dir?: "auto" | "ltr" | "rtl" | undefined;
}

/**
 * Markdown as React elements. Nothing of it is ever parsed as HTML: tags in the text are shown as they are written,
 * links go only to http, https and mailto, and pictures are named, not fetched, so no request leaves the page.
 */
export const Markdown = memo(function Markdown({ text, dir = "auto" }: Props) {
  return <div className={classes.markdown}>{blocks(lexer(text), dir)}</div>;
});

function blocks(tokens: readonly Token[], dir: Props["dir"]): ReactNode[] {
  const top = Math.min(
    ...tokens.map((token) => (token.type === "heading" ? (token as Tokens.Heading).depth : 6)),
  );
  return tokens.map((token, index) => {
    const key = index;
    switch (token.type) {
      case "space":
      case "def":
        return null;
      case "heading": {
        // the page has its own h1 and h2: the text's highest heading, whichever it is, comes below them
        const Level = `h${Math.min(6, (token as Tokens.Heading).depth - top + 3)}` as "h3";
        return (
          <Level key={key} dir={dir}>
            {inline(token.tokens)}
          </Level>
        );
      }
      case "paragraph":
        return (
          <p key={key} dir={dir}>
            {inline(token.tokens)}
          </p>
        );
      case "text":
        return <Fragment key={key}>{token.tokens ? inline(token.tokens) : token.text}</Fragment>;
      case "code":
        return (
          <pre key={key} dir="ltr">
            <code>{token.text}</code>
          </pre>
        );
      case "blockquote":
        return (
          <blockquote key={key} dir={dir}>
            {blocks(token.tokens ?? [], undefined)}
          </blockquote>
        );
      case "hr":
        return <hr key={key} />;
      case "list":
        return list(token as Tokens.List, key, dir);
      case "table":
        return table(token as Tokens.Table, key, dir);
      default:
        return (
          <p key={key} dir={dir}>
            {token.raw}
          </p>
        );
    }
  });
}

/** The list has the direction, its parts have none: `auto` looks past parts that have one of their own. */
function list(token: Tokens.List, key: number, dir: Props["dir"]): ReactNode {
  const items = token.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the text of a task does not change
    <li key={index}>
      {item.task ? <span>{item.checked ? "☑ " : "☐ "}</span> : null}
      {blocks(
        item.tokens.filter((one) => one.type !== "checkbox"),
        undefined,
      )}
    </li>
  ));
  if (!token.ordered)
    return (
      <ul key={key} dir={dir}>
        {items}
      </ul>
    );
  return (
    <ol key={key} dir={dir} start={typeof token.start === "number" ? token.start : 1}>
      {items}
    </ol>
  );
}

function table(token: Tokens.Table, key: number, dir: Props["dir"]): ReactNode {
  return (
    <div key={key} className={classes.table}>
      <table dir={dir}>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the text of a task does not change
              <th key={index}>{inline(cell.tokens)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the text of a task does not change
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the text of a task does not change
                <td key={column}>{inline(cell.tokens)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline(tokens: readonly Token[] | undefined): ReactNode[] {
  return (tokens ?? []).map((token, index) => {
    const key = index;
    switch (token.type) {
      case "strong":
        return <strong key={key}>{inline(token.tokens)}</strong>;
      case "em":
        return <em key={key}>{inline(token.tokens)}</em>;
      case "del":
        return <del key={key}>{inline(token.tokens)}</del>;
      case "codespan":
        return (
          <code key={key} dir="ltr">
            {token.text}
          </code>
        );
      case "br":
        return <br key={key} />;
      case "link":
        return safe((token as Tokens.Link).href) ? (
          <a key={key} href={(token as Tokens.Link).href} target="_blank" rel="noreferrer noopener nofollow">
            {inline(token.tokens)}
          </a>
        ) : (
          <span key={key}>{token.raw}</span>
        );
      case "image":
        return (
          <span key={key} className={classes.picture}>
            {(token as Tokens.Image).text || (token as Tokens.Image).href}
          </span>
        );
      case "escape":
        return <Fragment key={key}>{token.text}</Fragment>;
      case "text":
        return <Fragment key={key}>{token.tokens ? inline(token.tokens) : plain(token.text)}</Fragment>;
      default:
        return <Fragment key={key}>{token.raw}</Fragment>;
    }
  });
}

function safe(href: string): boolean {
  return /^(https?:|mailto:)/i.test(href.trim());
}

/** The lexer leaves character references as they are written; the five common ones are read here. */
function plain(text: string): string {
  const signs: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (all, name: string) => signs[name] ?? all);
}
