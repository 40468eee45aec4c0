import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Place } from "@qistas/api";
import { useEffect, useRef } from "react";
import classes from "./CodeEditor.module.css";
import { rangeOf } from "./places";

interface Props {
  text: string;
  form: "yaml" | "json";
  places: Place[];
  label: string;
  onChange: (text: string) => void;
  /** A place to show: the cursor goes there. */
  goTo?: { where: string } | null;
}

const look = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent-ink)" },
  { tag: [tags.string, tags.special(tags.string)], color: "light-dark(#7a4100, #e3b072)" },
  { tag: [tags.number, tags.bool, tags.null], color: "light-dark(#6b3fa0, #c8a6f0)" },
  { tag: tags.comment, color: "var(--ink-soft)", fontStyle: "italic" },
]);

/** The ontology as text. Tab moves the focus after Escape, so the keyboard is never caught here. */
export default function CodeEditor({ text, form, places, label, onChange, goTo }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const language = useRef(new Compartment());
  const tell = useRef(onChange);
  tell.current = onChange;
  const first = useRef({ text, form, label });

  useEffect(() => {
    if (!box.current) return;
    const editor = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          highlightActiveLine(),
          bracketMatching(),
          indentOnInput(),
          syntaxHighlighting(look),
          EditorView.lineWrapping,
          EditorView.perLineTextDirection.of(true),
          EditorView.contentAttributes.of({ "aria-label": first.current.label }),
          keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
          language.current.of(first.current.form === "json" ? json() : yaml()),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) tell.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor && editor.state.doc.toString() !== text)
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  }, [text]);

  useEffect(() => {
    view.current?.dispatch({
      effects: language.current.reconfigure(form === "json" ? json() : yaml()),
    });
  }, [form]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const written = editor.state.doc.toString();
    const marks = places.map((place) => ({
      ...rangeOf(written, place.where),
      severity: "error" as const,
      message: place.remedy ? `${place.message} ${place.remedy}` : place.message,
    }));
    editor.dispatch(setDiagnostics(editor.state, marks));
  }, [places]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !goTo) return;
    const { from, to } = rangeOf(editor.state.doc.toString(), goTo.where);
    editor.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    editor.focus();
  }, [goTo]);

  return <div ref={box} className={classes.editor} dir="ltr" />;
}
