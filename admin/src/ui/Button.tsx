import type { ComponentProps } from 'react';

const LOOKS = {
  primary: 'bg-accent-fill text-on-accent hover:bg-accent-hover',
  plain: 'border border-line bg-panel text-ink hover:bg-sunken hover:border-strong',
  danger: 'bg-bad-fill text-on-accent hover:bg-bad-hover',
  quiet: 'text-mute hover:bg-sunken hover:text-ink',
};
export type ButtonLook = keyof typeof LOOKS;

/** For links that look like buttons, too. */
export function buttonLook(look: ButtonLook, more = ''): string {
  return `inline-flex h-9 items-center justify-center gap-2 rounded-lg px-3.5 font-medium whitespace-nowrap transition-colors disabled:opacity-55 ${LOOKS[look]} ${more}`;
}

export function Button({ look = 'plain', className, ...rest }: ComponentProps<'button'> & { look?: ButtonLook }) {
  return <button type="button" {...rest} className={buttonLook(look, className)} />;
}
