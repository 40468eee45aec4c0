import { type Block, blocksOf, type Direction } from "@qistas/annotate-core";
import {
  type HTMLAttributes,
  memo,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
} from "react";
import classes from "./SpanText.module.css";
import { type Chosen, type Mark, TextPainter } from "./TextPainter";

interface Props extends HTMLAttributes<HTMLDivElement> {
  text: string;
  direction: Direction;
  marks: readonly Mark[];
  chosen?: Chosen | null;
  caret?: number | null;
  painter?: RefObject<TextPainter | null>;
}

/** A text as stored, line by line, with marks painted over it. */
export function SpanText({ text, direction, marks, chosen = null, caret = null, painter, ...rest }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const under = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLDivElement>(null);
  const own = useRef<TextPainter | null>(null);
  const blocks = useMemo(() => blocksOf(text), [text]);

  useLayoutEffect(() => {
    if (!root.current || !under.current || !lines.current) return;
    const made = new TextPainter(root.current, under.current, lines.current);
    own.current = made;
    return () => {
      made.dispose();
      own.current = null;
    };
  }, []);
  useLayoutEffect(() => own.current?.setBlocks(blocks), [blocks]);
  useLayoutEffect(() => own.current?.setMarks(marks), [marks]);
  useLayoutEffect(() => own.current?.setChosen(chosen), [chosen]);
  useEffect(() => own.current?.setCaret(caret), [caret]);
  useImperativeHandle(painter, () => own.current as TextPainter, []);

  return (
    <div {...rest} ref={root} className={classes.root}>
      <div ref={under} className={classes.under} aria-hidden="true" />
      <Lines lines={lines} blocks={blocks} direction={direction} />
    </div>
  );
}

interface LinesProps {
  lines: RefObject<HTMLDivElement | null>;
  blocks: readonly Block[];
  direction: Direction;
}

/** Nothing but text nodes: no element ever stands inside a line. */
const Lines = memo(function Lines({ lines, blocks, direction }: LinesProps) {
  return (
    <div ref={lines} className={classes.lines} data-big={blocks.length > 300 || undefined}>
      {blocks.map((block, index) => (
        <div key={block.start} data-block={index} dir={direction}>
          {block.text}
        </div>
      ))}
    </div>
  );
});
