import { isMac } from '../app/keys';

const SHOWN: Record<string, string> = {
  Mod: isMac ? '⌘' : 'Ctrl',
  Shift: isMac ? '⇧' : 'Shift',
  Enter: isMac ? '↵' : 'Enter',
  Escape: 'Esc',
  ArrowDown: '↓',
  ArrowUp: '↑',
};

/** Keys to press, as on the keyboard. */
export function Keys({ of }: { of: string }) {
  return (
    <span className="inline-flex shrink-0 items-center gap-1">
      {of.split(/[ +]/).map((key, i) => (
        <kbd key={i} className="grid h-5 min-w-5 place-items-center rounded border border-line bg-sunken px-1 font-sans text-xs text-mute">
          {SHOWN[key] ?? key.toUpperCase()}
        </kbd>
      ))}
    </span>
  );
}
