import { Link } from '@tanstack/react-router';
import { ArrowRight, Circle, CircleCheck, X } from 'lucide-react';
import { useSessionState } from '../auth/session';
import { useDismissed } from './dismissed';
import { useSteps, type Step } from './steps';

/** What is left to do until a chat is on somebody's site. Nothing where all is done, or where it was put away. */
export function SetUp() {
  const state = useSessionState();
  const [isDismissed, dismiss] = useDismissed(state.phase === 'in' ? state.tenant.id : '');
  const steps = useSteps(!isDismissed);
  if (isDismissed || !steps || steps.every(({ isDone }) => isDone)) return null;
  const done = steps.filter(({ isDone }) => isDone).length;
  return (
    <section aria-label="Set up" className="mx-auto w-full max-w-md rounded-2xl border border-line bg-panel text-start text-ink">
      <header className="flex items-center gap-3 border-b border-line py-2.5 ps-4 pe-2">
        <h3 className="font-semibold">Set up your chat</h3>
        <span className="text-xs text-mute tabular-nums">
          {done} of {steps.length} done
        </span>
        <button
          type="button"
          aria-label="Put this list away"
          title="Put this list away"
          onClick={dismiss}
          className="ms-auto grid size-8 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
        >
          <X className="size-4" aria-hidden />
        </button>
      </header>
      <ol className="p-1.5">
        {steps.map((step) => (
          <li key={step.title}>
            <Line step={step} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Line({ step: { title, about, isDone, link } }: { step: Step }) {
  return (
    <Link {...link} className="group flex items-start gap-3 rounded-xl px-2.5 py-2 hover:bg-sunken">
      {isDone ? <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-hidden /> : <Circle className="mt-0.5 size-4 shrink-0 text-mute" aria-hidden />}
      <span className="min-w-0 flex-1">
        <span className={`block font-medium ${isDone ? 'text-mute line-through' : ''}`}>
          {title}
          {isDone && <span className="sr-only"> (done)</span>}
        </span>
        {!isDone && <span className="block text-xs text-mute">{about}</span>}
      </span>
      {!isDone && <ArrowRight className="mt-0.5 size-4 shrink-0 text-mute opacity-0 group-hover:opacity-100 rtl:rotate-180" aria-hidden />}
    </Link>
  );
}
