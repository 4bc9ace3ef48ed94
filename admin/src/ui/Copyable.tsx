import { Fragment } from 'react';
import { CopyButton } from './CopyButton';

interface CopyableProps {
  text: string;
  /** As "the embed code". */
  what: string;
  /** Keeps its lines, which scroll where they are long. */
  block?: boolean;
}

/** A text to take away. */
export function Copyable({ text, what, block }: CopyableProps) {
  if (block) {
    return (
      <div className="overflow-hidden rounded-xl border border-line bg-sunken">
        <div className="flex items-center justify-between gap-3 border-b border-line p-1.5 ps-4 text-xs text-mute">
          <span className="first-letter:uppercase">{what}</span>
          <CopyButton text={text} what={what} />
        </div>
        <pre tabIndex={0} aria-label={what} className="overflow-x-auto px-4 py-3 font-mono text-[13px] leading-relaxed text-ink outline-accent focus-visible:outline-2 focus-visible:-outline-offset-2">
          {text}
        </pre>
      </div>
    );
  }
  return (
    <div className="flex items-start gap-2 rounded-xl border border-line bg-sunken p-2 ps-4">
      <code className="min-w-0 flex-1 py-2 font-mono text-[13px] leading-relaxed text-ink">{unbroken(text)}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}

/** Breaks lines at spaces, and inside a word only where it is longer than the line. */
function unbroken(text: string) {
  return text.split(' ').map((word, i) => (
    <Fragment key={i}>
      {i > 0 && ' '}
      <span className="inline-block max-w-full wrap-anywhere">{word}</span>
    </Fragment>
  ));
}
