import { Check, ChevronRight } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ComponentProps, ReactNode } from 'react';

export const MenuTrigger = DropdownMenu.Trigger;
export const MenuRadioGroup = DropdownMenu.RadioGroup;

/** Not modal: a modal one writes a style element, which the page's content policy refuses. */
export function Menu(props: ComponentProps<typeof DropdownMenu.Root>) {
  return <DropdownMenu.Root {...props} modal={false} />;
}

export function MenuContent(props: ComponentProps<typeof DropdownMenu.Content>) {
  return (
    <DropdownMenu.Portal>
      <DropdownMenu.Content
        sideOffset={6}
        collisionPadding={8}
        {...props}
        className={box}
      />
    </DropdownMenu.Portal>
  );
}

const box =
  'z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-56 animate-rise overflow-y-auto overscroll-contain rounded-xl border border-line bg-panel p-1 shadow-pop';

const item =
  'flex cursor-default items-center gap-2.5 rounded-lg px-2.5 py-2 outline-none select-none data-disabled:opacity-55 data-highlighted:bg-sunken';

export function MenuItem(props: ComponentProps<typeof DropdownMenu.Item>) {
  return <DropdownMenu.Item {...props} className={item} />;
}

export function MenuRadio({ children, ...rest }: ComponentProps<typeof DropdownMenu.RadioItem>) {
  return (
    <DropdownMenu.RadioItem {...rest} className={item}>
      {children}
      <DropdownMenu.ItemIndicator className="ms-auto">
        <Check className="size-4 text-accent" aria-hidden />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.RadioItem>
  );
}

/** On or off. */
export function MenuCheck({ children, ...rest }: ComponentProps<typeof DropdownMenu.CheckboxItem>) {
  return (
    <DropdownMenu.CheckboxItem {...rest} className={item}>
      {children}
      <DropdownMenu.ItemIndicator className="ms-auto">
        <Check className="size-4 text-accent" aria-hidden />
      </DropdownMenu.ItemIndicator>
    </DropdownMenu.CheckboxItem>
  );
}

export const MenuSub = DropdownMenu.Sub;

/** Opens a menu beside the one that it is in. */
export function MenuSubTrigger({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.SubTrigger className={`${item} data-[state=open]:bg-sunken`}>
      {children}
      <ChevronRight className="size-4 shrink-0 text-mute rtl:rotate-180" aria-hidden />
    </DropdownMenu.SubTrigger>
  );
}

export function MenuSubContent({ children }: { children: ReactNode }) {
  return (
    <DropdownMenu.Portal>
      <DropdownMenu.SubContent sideOffset={4} collisionPadding={8} className={box}>
        {children}
      </DropdownMenu.SubContent>
    </DropdownMenu.Portal>
  );
}

export function MenuLabel(props: ComponentProps<typeof DropdownMenu.Label>) {
  return <DropdownMenu.Label {...props} className="px-2.5 pt-2 pb-1 text-xs font-medium text-mute" />;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
