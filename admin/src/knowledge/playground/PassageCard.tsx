import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { PassageText } from '../PassageText';
import { Path } from '../Path';
import type { Candidate, Word } from './api';
import { Highlighted } from './Highlighted';
import { ScoreBar } from './ScoreBar';
import { percent, place, Why } from './Why';

interface CardProps {
  candidate: Candidate;
  /** Its number among those that are given to the model. */
  number: number;
  best: number;
  words: Word[];
  slug: string;
}

/** A passage that was found, and at a glance why. */
export function PassageCard({ candidate, number, best, words, slug }: CardProps) {
  const [open, setOpen] = useState(false);
  const { title, heading, page, text, score, meaning, text_match, document } = candidate;
  // The title is often the outermost heading.
  const path = heading[0] === title ? heading.slice(1) : heading;
  return (
    <li className="rounded-xl border border-line p-4">
      <div className="flex items-baseline gap-2.5">
        <span className="shrink-0 rounded bg-accent-soft px-1.5 text-xs font-semibold text-accent tabular-nums">S{number}</span>
        <p className="min-w-0 flex-1 text-pretty">
          <Link to="/spaces/$space/knowledge/documents/$document" params={{ space: slug, document }} className="font-medium hover:text-accent">
            {title}
          </Link>
          {path.length > 0 && (
            <span className="text-xs text-mute">
              {' '}
              <span aria-hidden>›</span> <Path heading={path} />
            </span>
          )}
          {page !== null && <span className="text-xs text-mute"> · page {page}</span>}
        </p>
        <span className="shrink-0 font-medium tabular-nums" title="Score">
          {score.toFixed(1)}
        </span>
      </div>
      <div className="mt-2">
        <ScoreBar candidate={candidate} best={best} />
      </div>
      <div className="mt-3">
        <PassageText text={text} draw={(piece) => <Highlighted text={piece} words={words} />} />
      </div>
      <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-mute">
        <span>
          Meaning <span className="text-ink tabular-nums">{place(meaning.place)}</span>
        </span>
        <span>
          Words <span className="text-ink tabular-nums">{place(text_match.place)}</span>
        </span>
        <span>
          Has <span className="text-ink tabular-nums">{percent(text_match.coverage)}</span> of the question
        </span>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="ms-auto inline-flex h-6 items-center gap-1 rounded px-1 font-medium text-accent">
          <ChevronRight className={`size-3.5 transition-transform ${open ? 'rotate-90' : ''}`} aria-hidden /> Every figure
        </button>
      </div>
      {open && <Why candidate={candidate} />}
    </li>
  );
}
