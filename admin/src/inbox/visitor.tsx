import type { Conversation } from './api';

type Named = Pick<Conversation, 'visitor' | 'contact' | 'name' | 'email'>;

/** What to call somebody. Who has not said a name is told apart by the random end of their id, as a contact where one is kept. */
export function visitorName({ visitor, contact, name, email }: Named): string {
  return name ?? email ?? `Visitor ${(contact ?? visitor).slice(-4).toUpperCase()}`;
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0))
    .join('')
    .toUpperCase();

/** A face for a visitor: a hue of their own. */
export function VisitorFace({ of, size = 'size-9' }: { of: Named; size?: string }) {
  const hue = (Number.parseInt(of.visitor.slice(-4), 16) || 0) % 360;
  return (
    <span
      aria-hidden
      className={`${size} grid shrink-0 place-items-center rounded-full text-xs font-semibold`}
      style={{
        background: `light-dark(oklch(0.93 0.04 ${hue}), oklch(0.33 0.06 ${hue}))`,
        color: `light-dark(oklch(0.42 0.11 ${hue}), oklch(0.87 0.08 ${hue}))`,
      }}
    >
      {of.name ? initials(of.name) : of.visitor.slice(-4, -2).toUpperCase()}
    </span>
  );
}

/** A face for an agent, who has a name. */
export function AgentFace({ name, title }: { name: string; title?: string }) {
  return (
    <span
      title={title ?? name}
      className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-[10px] font-semibold text-accent ring-2 ring-panel"
    >
      <span aria-hidden>{initials(name)}</span>
      <span className="sr-only">{title ?? name}</span>
    </span>
  );
}
