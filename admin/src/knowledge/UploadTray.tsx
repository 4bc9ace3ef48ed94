import { ChevronDown, CircleAlert, CircleCheck, FileText, RotateCw, X } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { asSentence } from '../api/problem';
import { isActive, type Job } from '../live/jobs';
import { useJobs } from '../live/live';
import { Progress } from '../ui/Progress';
import type { Upload, Uploads } from './uploads';
import { bytes, count } from './words';

/** In the corner: every file that is on its way, how far it is, and why it was not taken. */
export function UploadTray({ uploads }: { uploads: Uploads }) {
  const list = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  const jobs = useJobs();
  const [folded, setFolded] = useState(false);
  const going = list.filter(({ state }) => state.phase === 'waiting' || state.phase === 'sending').length;
  useEffect(() => {
    if (going === 0) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [going]);
  if (list.length === 0) return null;
  const stand = list.map((upload) => standing(upload, jobs));
  const reads = stand.filter(({ look }) => look === 'going').length;
  const bad = stand.filter(({ look }) => look === 'bad').length;
  return (
    <section
      aria-label="Uploads"
      className="fixed inset-x-3 bottom-3 z-20 flex max-h-[min(26rem,60dvh)] animate-rise flex-col overflow-hidden rounded-xl border border-line bg-panel shadow-pop sm:start-auto sm:w-96"
    >
      <header className="flex shrink-0 items-center gap-2 border-b border-line py-1.5 ps-4 pe-1.5">
        <p role="status" className="min-w-0 flex-1 truncate font-medium">
          {going > 0
            ? `Uploading ${count(going, 'file')}`
            : reads > 0
              ? `Reading ${count(reads, 'file')}`
              : bad > 0
                ? `${bad} of ${count(list.length, 'file')} could not be read`
                : `${count(list.length, 'file')} added`}
        </p>
        <button type="button" aria-label="Show each file" aria-expanded={!folded} onClick={() => setFolded(!folded)} className="grid size-8 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink">
          <ChevronDown className={`size-4 transition-transform ${folded ? 'rotate-180' : ''}`} aria-hidden />
        </button>
        <button type="button" onClick={() => uploads.clear()} disabled={going === list.length} aria-label="Clear what is finished" className="grid size-8 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink disabled:opacity-40">
          <X className="size-4" aria-hidden />
        </button>
      </header>
      {!folded && (
        <ul className="min-h-0 divide-y divide-line overflow-y-auto">
          {list.map((upload, i) => (
            <Row key={upload.id} upload={upload} uploads={uploads} stands={stand[i] ?? standing(upload, jobs)} />
          ))}
        </ul>
      )}
    </section>
  );
}

const ICONS = {
  going: <FileText className="mt-0.5 size-4 shrink-0 text-mute" aria-hidden />,
  good: <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />,
  bad: <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />,
};

function Row({ upload, uploads, stands }: { upload: Upload; uploads: Uploads; stands: Standing }) {
  const { id, name, size } = upload;
  const { look, said, percent } = stands;
  const over = upload.state.phase === 'taken' || upload.state.phase === 'refused';
  return (
    <li className="flex items-start gap-2.5 px-4 py-2.5">
      {ICONS[look]}
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <span className="truncate font-medium" title={name}>
            {name}
          </span>
          <span className="ms-auto shrink-0 text-xs text-mute tabular-nums">{bytes(size)}</span>
        </p>
        <p className={`mt-0.5 text-xs ${look === 'bad' ? 'text-bad' : 'text-mute'}`}>{said}</p>
        {percent !== null && <Progress label={`${name}: ${said}`} percent={percent} className="mt-1.5 w-full" />}
      </div>
      {upload.state.phase === 'refused' && uploads.canTryAgain(id) && (
        <button type="button" aria-label={`Upload ${name} again`} onClick={() => uploads.again(id)} className="grid size-7 shrink-0 place-items-center rounded-md text-mute hover:bg-sunken hover:text-ink">
          <RotateCw className="size-3.5" aria-hidden />
        </button>
      )}
      {!over && (
        <button type="button" aria-label={`Call off the upload of ${name}`} onClick={() => uploads.drop(id)} className="grid size-7 shrink-0 place-items-center rounded-md text-mute hover:bg-sunken hover:text-ink">
          <X className="size-3.5" aria-hidden />
        </button>
      )}
    </li>
  );
}

interface Standing {
  look: keyof typeof ICONS;
  said: string;
  percent: number | null;
}

/** How far a file is: first on the way to the server, then in the hands of the job that reads it. */
function standing({ state }: Upload, jobs: ReadonlyMap<string, Job>): Standing {
  switch (state.phase) {
    case 'waiting':
      return { look: 'going', said: 'Waits for its turn', percent: 0 };
    case 'sending':
      return { look: 'going', said: `Uploading, ${state.percent}%`, percent: state.percent };
    case 'refused':
      return { look: 'bad', said: state.why, percent: null };
    case 'taken': {
      if (!state.job) return { look: 'good', said: 'It was here already, word for word.', percent: null };
      const job = jobs.get(state.job.id);
      if (!job) return { look: 'good', said: 'Uploaded', percent: null };
      if (isActive(job)) return { look: 'going', said: job.state === 'queued' ? 'Waits to be read' : `Being read, ${job.progress}%`, percent: job.progress };
      if (job.state === 'done') return { look: 'good', said: 'Ready', percent: null };
      return { look: 'bad', said: job.error ? asSentence(job.error) : 'It was called off.', percent: null };
    }
  }
}
