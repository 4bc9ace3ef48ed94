/** What to call someone who has not said a name: the random end of the id tells visitors apart. */
export function visitorName(id: string): string {
  return `Visitor ${id.slice(-4).toUpperCase()}`;
}

/** A face for a visitor: a hue of their own. */
export function VisitorFace({ id, size = 'size-9' }: { id: string; size?: string }) {
  const hue = (Number.parseInt(id.slice(-4), 16) || 0) % 360;
  return (
    <span
      aria-hidden
      className={`${size} grid shrink-0 place-items-center rounded-full text-xs font-semibold`}
      style={{
        background: `light-dark(oklch(0.93 0.04 ${hue}), oklch(0.33 0.06 ${hue}))`,
        color: `light-dark(oklch(0.42 0.11 ${hue}), oklch(0.87 0.08 ${hue}))`,
      }}
    >
      {id.slice(-4, -2).toUpperCase()}
    </span>
  );
}
