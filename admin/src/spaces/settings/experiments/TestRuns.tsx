import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FlaskConical } from 'lucide-react';
import { useApi } from '../../../api/client';
import { useSpace } from '../../api';
import { experimentsQuery } from './api';

/** Says, where answers are set, that a test runs and what that means. */
export function TestRuns() {
  const space = useSpace();
  const { data: experiments } = useQuery(experimentsQuery(useApi(), space.id));
  const running = experiments?.find(({ ended_at }) => !ended_at);
  if (!running) return null;
  return (
    <p role="status" className="mt-5 flex items-start gap-2.5 rounded-lg bg-accent-soft px-3.5 py-3">
      <FlaskConical className="mt-0.5 size-4 shrink-0 text-accent" aria-hidden />
      <span className="max-w-prose text-pretty">
        The A/B test “{running.name}” runs: {running.share_b} % of the conversations are answered by version {running.version_b}. Until it ends, the model,
        the voice and what the bot reads cannot be changed; handing over, assigning and passages can.{' '}
        <Link to="/spaces/$space/settings/experiments" params={{ space: space.slug }} className="font-medium underline underline-offset-2">
          See the test
        </Link>
      </span>
    </p>
  );
}
