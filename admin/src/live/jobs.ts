import type { Live } from './socket';

/** `dead`: it will not be tried again, and `error` says why. */
export type JobState = 'queued' | 'running' | 'done' | 'dead' | 'cancelled';

/** A piece of background work, as REST and the socket tell it. */
export interface Job {
  id: string;
  space: string | null;
  kind: string;
  /** What it works on, as `document` and an id. */
  subject: Record<string, unknown>;
  state: JobState;
  /** Percent, 0 to 100. */
  progress: number;
  attempts: number;
  /** Why the last attempt failed. */
  error: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

export const isActive = ({ state }: Job) => state === 'queued' || state === 'running';

/** Jobs that ended and are remembered, the newest. */
const ENDED = 200;

/** The jobs of the workspace as the socket tells them, for whoever wants to hear of it. */
export class JobBook {
  private jobs: ReadonlyMap<string, Job> = new Map();
  /** Told by this connection. */
  private readonly told = new Set<string>();
  private readonly watching = new Set<() => void>();

  constructor(private readonly live: Live) {}

  /** Listens until it is called off. */
  open(): () => void {
    const off = [
      this.live.on('ready', () => this.told.clear()),
      this.live.on('job.upsert', ({ job }) => {
        this.told.add(job.id);
        this.set(new Map(this.jobs).set(job.id, job));
      }),
      this.live.on('job.remove', ({ job }) => this.keep(({ id }) => id !== job)),
      // What ended while nobody listened is not told: it is only known that it does not run any more.
      this.live.on('job.all', () => this.keep((job) => this.told.has(job.id) || !isActive(job))),
    ];
    return () => off.forEach((end) => end());
  }

  readonly subscribe = (changed: () => void) => {
    this.watching.add(changed);
    return () => void this.watching.delete(changed);
  };
  readonly snapshot = () => this.jobs;

  private keep(wanted: (job: Job) => boolean): void {
    this.set(new Map([...this.jobs].filter(([, job]) => wanted(job))));
  }

  private set(jobs: Map<string, Job>): void {
    for (const { id } of [...jobs.values()].filter((job) => !isActive(job)).slice(0, -ENDED)) jobs.delete(id);
    this.jobs = jobs;
    this.watching.forEach((changed) => changed());
  }
}
