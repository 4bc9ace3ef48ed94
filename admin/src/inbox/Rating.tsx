import { Star } from 'lucide-react';
import { mediumTime } from './time';

/** What the visitor thinks of the conversation. */
export interface Rated {
  type: 'rated';
  /** 1 to 5. */
  score: number;
  comment: string | null;
  via: 'widget' | 'mail';
  at: string;
}

type Rating = Omit<Rated, 'type'>;

const MOST = 5;

/** How many stars of five. */
function Stars({ score }: { score: number }) {
  return (
    <span role="img" aria-label={`${score} of ${MOST} stars`} className="inline-flex shrink-0 gap-0.5">
      {Array.from({ length: MOST }, (_, i) => (
        <Star key={i} className={`size-3.5 ${i < score ? 'fill-current text-warn' : 'text-strong'}`} aria-hidden />
      ))}
    </span>
  );
}

const when = ({ via, at }: Rating) => `${mediumTime(new Date(at))}${via === 'mail' ? ', by e-mail' : ''}`;

/** That the visitor rated the conversation, where it happened. */
export function RatingItem({ rating, visitor }: { rating: Rated; visitor: string }) {
  return (
    <div className="flex flex-col items-center gap-1 self-center py-1 text-center text-xs text-mute">
      <p className="flex flex-wrap items-center justify-center gap-2" title={when(rating)}>
        {visitor} rated the conversation <Stars score={rating.score} />
      </p>
      {rating.comment && <p className="max-w-prose text-[13px] whitespace-pre-wrap text-ink wrap-anywhere">“{rating.comment}”</p>}
    </div>
  );
}

/** What the visitor thinks, in the details. */
export function RatingFact({ of: rating }: { of: Rated }) {
  return (
    <section className="space-y-1.5 border-t border-line p-4 text-[13px]">
      <h3 className="text-xs text-mute">Rating</h3>
      <RatingGiven rating={rating} />
    </section>
  );
}

/** Stars, when they were given, and the comment. */
export function RatingGiven({ rating }: { rating: Rating }) {
  return (
    <>
      <p className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
        <Stars score={rating.score} />
        <span className="text-xs text-mute">{when(rating)}</span>
      </p>
      {rating.comment && <p className="whitespace-pre-wrap wrap-anywhere">{rating.comment}</p>}
    </>
  );
}
