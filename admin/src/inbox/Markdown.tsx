import { createElement, type ReactNode } from 'react';
import { parse, type Node } from '../../../widget/src/frame/markdown.js';
import type { Claim } from './api';

/** Below this a claim is marked as not backed by its sources; as in the widget. */
const SUPPORTED = 0.5;

/**
 * An answer as the visitor sees it: read by the widget's own reader, whose tree has no HTML and no
 * images, and made of React elements.
 */
export function Markdown({ text, claims }: { text: string; claims?: Claim[] | null }) {
  const weak = (claims ?? []).filter(({ support }) => support < SUPPORTED);
  return (
    <div className="markdown" dir="auto">
      {parse(text).map((block, i) => render(block, weak, i))}
    </div>
  );
}

function render(node: Node, weak: Claim[], key: number): ReactNode {
  if (node.text !== undefined) return markWeak(node.text, node.at, weak);
  if (node.n) return <Marker key={key} n={node.n} />;
  if (node.tag === 'br') return <br key={key} />;
  const children = node.children?.map((child, i) => render(child, weak, i));
  if (node.tag === 'a') {
    return (
      <a key={key} href={node.href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
    );
  }
  // A list may begin at another number than 1.
  const start = node.tag === 'ol' && node.start ? { start: Number(node.start) } : null;
  return createElement(node.tag, { key, ...start }, children);
}

/** `[S1]` in the text. */
function Marker({ n }: { n: number }) {
  return (
    <span className="ms-0.5 rounded bg-accent-soft px-1 align-[0.15em] text-[0.75em] font-semibold whitespace-nowrap text-accent tabular-nums">
      <span className="sr-only"> source </span>[{n}]
    </span>
  );
}

/** Splits a piece of text where unsupported claims begin and end. */
function markWeak(text: string, at: number, weak: Claim[]): ReactNode {
  const out: ReactNode[] = [];
  let from = 0;
  for (const { start, end } of weak) {
    const a = Math.max(from, start - at);
    const b = Math.min(text.length, end - at);
    if (a >= b) continue;
    out.push(text.slice(from, a));
    out.push(
      <span key={a} className="underline decoration-warn decoration-dotted decoration-2 underline-offset-4" title={UNSUPPORTED}>
        {text.slice(a, b)}
        {/* Said once, where the claim ends: it may run through several pieces. */}
        {b === end - at && <span className="sr-only"> ({UNSUPPORTED})</span>}
      </span>,
    );
    from = b;
  }
  return out.length ? [...out, text.slice(from)] : text;
}

const UNSUPPORTED = 'not backed by a source';
