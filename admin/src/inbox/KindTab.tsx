import type { LucideIcon } from 'lucide-react';

interface TabProps {
  label: string;
  icon: LucideIcon;
  on: boolean;
  hint: string;
  choose: () => void;
}

/** To whom one writes. */
export function KindTab({ label, icon: Icon, on, hint, choose }: TabProps) {
  return (
    <button
      type="button"
      role="tab"
      aria-selected={on}
      title={`${label} (${hint.toUpperCase()})`}
      onClick={choose}
      className={`inline-flex h-7 items-center gap-1.5 rounded-md px-2 text-xs font-medium ${on ? 'bg-sunken text-ink' : 'text-mute hover:text-ink'}`}
    >
      <Icon className="size-3.5" aria-hidden /> {label}
    </button>
  );
}
