import { Link } from '@tanstack/react-router';
import { ChartNoAxesCombined } from 'lucide-react';

/** The overview, in the sidebar. */
export function OverviewLink() {
  return (
    <Link
      to="/overview"
      className="flex items-center gap-2.5 rounded-lg p-2 font-medium text-mute hover:bg-sunken hover:text-ink data-[status=active]:bg-sunken data-[status=active]:text-ink"
    >
      <span className="grid size-6 shrink-0 place-items-center">
        <ChartNoAxesCombined className="size-4" aria-hidden />
      </span>
      Overview
    </Link>
  );
}
