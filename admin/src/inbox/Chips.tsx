import { File, RotateCw, X } from 'lucide-react';
import { bytes } from '../knowledge/words';
import { Progress } from '../ui/Progress';
import { isImage } from './Attachments';
import type { Attaching, Chip } from './attaching';

/** The files attached to what is being written. */
export function Chips({ chips, attaching }: { chips: readonly Chip[]; attaching: Attaching }) {
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-2 px-3 pt-2">
      {chips.map((chip) => (
        <One key={chip.key} chip={chip} attaching={attaching} />
      ))}
    </ul>
  );
}

function One({ chip: { key, name, size, state }, attaching }: { chip: Chip; attaching: Attaching }) {
  const attachment = state.phase === 'ready' && state.attachment;
  return (
    <li className={`flex max-w-full items-center gap-2 rounded-lg border bg-panel p-1 ${state.phase === 'refused' ? 'border-bad' : 'border-line'}`}>
      {attachment && isImage(attachment) ? (
        <img src={attachment.url} alt="" className="size-9 shrink-0 rounded-md bg-sunken object-cover" />
      ) : (
        <span className="grid size-9 shrink-0 place-items-center rounded-md bg-sunken text-mute">
          <File className="size-4" aria-hidden />
        </span>
      )}
      <span className="min-w-0 text-xs">
        <span className="block max-w-48 truncate font-medium">{name}</span>
        {state.phase === 'sending' ? (
          <Progress label={`${name} is uploaded`} percent={state.percent} className="mt-1.5 w-28" />
        ) : state.phase === 'refused' ? (
          <span role="alert" className="block max-w-64 text-bad">
            {state.why}
          </span>
        ) : (
          <span className="text-mute">{bytes(size)}</span>
        )}
      </span>
      {state.phase === 'refused' && state.retry && (
        <Act label={`Try ${name} again`} icon={RotateCw} act={() => attaching.again(key)} />
      )}
      <Act label={`Remove ${name}`} icon={X} act={() => attaching.remove(key)} />
    </li>
  );
}

function Act({ label, icon: Icon, act }: { label: string; icon: typeof X; act: () => void }) {
  return (
    <button type="button" aria-label={label} title={label} onClick={act} className="grid size-8 shrink-0 place-items-center rounded-md text-mute hover:bg-sunken hover:text-ink">
      <Icon className="size-3.5" aria-hidden />
    </button>
  );
}
