import { Fragment } from 'react';

/** The headings above a passage, outermost first. */
export function Path({ heading }: { heading: string[] }) {
  return (
    <span className="min-w-0 text-pretty">
      {heading.map((one, i) => (
        <Fragment key={i}>
          {i > 0 && <span aria-hidden> › </span>}
          <span className={i === heading.length - 1 ? 'font-medium text-ink' : ''}>{one}</span>
        </Fragment>
      ))}
    </span>
  );
}
