import { useQuery } from '@tanstack/react-query';
import { ChevronRight, FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '../../../api/client';
import { mediumTime } from '../../../inbox/time';
import { Button } from '../../../ui/Button';
import { Failure, Stale } from '../../../ui/Failure';
import { SkeletonLines } from '../../../ui/Skeleton';
import { Tag } from '../../../ui/Tag';
import { useSpace } from '../../api';
import { SettingsPage } from '../SettingsPage';
import { experimentsQuery, type Experiment } from './api';
import { Begin } from './Begin';
import { EndDialog } from './EndDialog';
import { Results } from './Results';

/** Two ways to answer at once, side by side. */
export function ExperimentsPage() {
  const { data: experiments, error, refetch } = useQuery(experimentsQuery(useApi(), useSpace().id));
  const running = experiments?.find(({ ended_at }) => !ended_at);
  const past = experiments?.filter(({ ended_at }) => ended_at) ?? [];
  return (
    <SettingsPage title="A/B test" lead="Answers some conversations by another version of the settings, and shows which does better.">
      {!experiments && (error ? <Failure error={error} retry={refetch} /> : <SkeletonLines label="Loading the tests" />)}
      {experiments && error && <Stale />}
      {experiments?.length === 0 && <First />}
      {running && <Running experiment={running} />}
      {experiments && !running && <Begin />}
      {past.length > 0 && (
        <section className="border-t border-line py-8">
          <h3 className="mb-3 font-semibold">Past tests</h3>
          <ol className="divide-y divide-line rounded-xl border border-line">
            {past.map((experiment) => (
              <Past key={experiment.id} experiment={experiment} />
            ))}
          </ol>
        </section>
      )}
    </SettingsPage>
  );
}

/** What it is for. */
function First() {
  return (
    <div className="mt-6 flex items-start gap-3 rounded-xl bg-sunken p-4">
      <FlaskConical className="mt-0.5 size-5 shrink-0 text-mute" aria-hidden />
      <p className="max-w-prose text-pretty">
        There has been no test yet. When you are not sure whether other instructions, another model or more passages would help, let real conversations
        decide: a share of them is answered the other way, and you see side by side how often the bot found nothing, how often a person was needed, what
        visitors thought of it, and what it cost.
      </p>
    </div>
  );
}

function Running({ experiment }: { experiment: Experiment }) {
  const [ends, setEnds] = useState(false);
  return (
    <section className="mt-6 space-y-5 pb-8">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div className="min-w-0">
          <h3 className="flex flex-wrap items-center gap-2 font-semibold wrap-anywhere">
            {experiment.name} <Tag look="accent">Running</Tag>
          </h3>
          <p className="text-mute">
            Since <Time at={experiment.started_at} />, by {experiment.started_by}
          </p>
        </div>
        <Button onClick={() => setEnds(true)}>End the test</Button>
      </div>
      <Results of={experiment} />
      {ends && <EndDialog experiment={experiment} close={() => setEnds(false)} />}
    </section>
  );
}

const DECIDED = { a: 'A kept', b: 'B used' };

function Past({ experiment }: { experiment: Experiment }) {
  const [open, setOpen] = useState(false);
  const { name, version_a, version_b, started_at, ended_at, used } = experiment;
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-2.5 rounded-xl p-3.5 text-start hover:bg-sunken focus-visible:-outline-offset-2"
      >
        <ChevronRight className={`size-4 shrink-0 text-mute transition-transform ${open ? 'rotate-90' : ''}`} aria-hidden />
        <span className="min-w-0 flex-1">
          <span className="block font-medium wrap-anywhere">{name}</span>
          <span className="block text-xs text-mute">
            Version {version_a} against {version_b} · <Time at={started_at} /> to <Time at={ended_at ?? started_at} />
          </span>
        </span>
        {used && <Tag>{DECIDED[used]}</Tag>}
      </button>
      {open && (
        <div className="px-3.5 pb-5">
          <Results of={experiment} />
        </div>
      )}
    </li>
  );
}

const Time = ({ at }: { at: string }) => <time dateTime={at}>{mediumTime(new Date(at))}</time>;
