import { useMutation } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { isPressed, SHORTCUTS } from '../app/keys';
import { Modal } from '../ui/Dialog';
import { Keys } from '../ui/Keys';
import { Refusal } from '../ui/Notice';
import { useCommands, type Command } from './commands';
import { best } from './match';

/** Every page and every act, by a few letters. It stays open where what was chosen is refused, and says why. */
export function Palette({ close, help }: { close: () => void; help: () => void }) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const all = useCommands(help);
  const found = best(all, typed);
  const running = useMutation({ mutationFn: async ({ run }: Command) => void (await run()), onSuccess: (_, { run }) => run !== help && close() });
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }, [at]);

  const pressed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (isPressed('palette', event)) close();
    else if (event.nativeEvent.isComposing) return;
    else if (step) setAt((at + step + found.length) % Math.max(found.length, 1));
    else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
  };
  const run = (command: Command | undefined) => {
    if (command && !running.isPending) running.mutate(command);
  };
  return (
    <Modal label={{ text: 'Find a page or do something' }} close={close} className="mx-auto mt-[12dvh] mb-auto max-w-xl overflow-hidden!">
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search className="size-4 shrink-0 text-mute" aria-hidden />
        <input
          role="combobox"
          aria-label="Find a page or do something"
          aria-expanded={found.length > 0}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={found[at] && `${id}-${at}`}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          placeholder="Find a page or do something"
          onChange={({ target }) => {
            setTyped(target.value);
            setAt(0);
          }}
          onKeyDown={pressed}
          className="h-13 min-w-0 flex-1 bg-transparent text-base outline-none"
        />
        <Keys of="Escape" />
      </div>
      <div ref={list} id={id} role="listbox" aria-label="What can be done" className="max-h-[min(24rem,60dvh)] overflow-y-auto overscroll-contain p-2">
        {found.map((command, i) => (
          <Item
            key={`${command.group} ${command.label}`}
            id={`${id}-${i}`}
            command={command}
            // While one types, the best stand first, whatever they are of.
            headed={typed.trim() === '' && found[i - 1]?.group !== command.group}
            chosen={i === at}
            point={() => i !== at && setAt(i)}
            run={() => run(command)}
          />
        ))}
        {found.length === 0 && <p className="px-3 py-8 text-center text-mute">Nothing is called that.</p>}
      </div>
      {running.error && (
        <div className="border-t border-line p-2">
          <Refusal error={running.error} />
        </div>
      )}
    </Modal>
  );
}

interface ItemProps {
  id: string;
  command: Command;
  headed: boolean;
  chosen: boolean;
  point: () => void;
  run: () => void;
}

function Item({ id, command, headed, chosen, point, run }: ItemProps) {
  const { label, group, hint, icon: Icon, shortcut } = command;
  return (
    <>
      {headed && (
        <div role="presentation" className="px-3 pt-3 pb-1 text-xs font-medium text-mute first:pt-1">
          {group}
        </div>
      )}
      <div
        id={id}
        role="option"
        aria-selected={chosen}
        onMouseDown={(event) => event.preventDefault()}
        onPointerMove={point}
        onClick={run}
        className="flex h-10 cursor-default items-center gap-3 rounded-lg px-3 aria-selected:bg-sunken"
      >
        <Icon className="size-4 shrink-0 text-mute" aria-hidden />
        <span className="min-w-0 flex-1 truncate">{label}</span>
        {hint && <span className="shrink-0 text-xs text-mute max-sm:hidden">{hint}</span>}
        {shortcut && <Keys of={SHORTCUTS[shortcut].keys[0]} />}
      </div>
    </>
  );
}
