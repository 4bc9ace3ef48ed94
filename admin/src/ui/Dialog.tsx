import { useMutation } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { Button, type ButtonLook } from './Button';
import { Refusal } from './Notice';

interface ModalProps {
  /** Its name, or the id of what says it. */
  label: { id: string } | { text: string };
  close: () => void;
  held?: boolean | undefined;
  /** How wide it is, and where it stands. */
  className: string;
  children?: ReactNode;
}

/** A window over the page, there as long as it is rendered. The browser's own: it keeps the focus inside and gives it back. */
export function Modal({ label, close, held, className, children }: ModalProps) {
  const element = useRef<HTMLDialogElement>(null);
  // Closed while it is still on the page: only then does the focus go back.
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    // The browser chooses the first button, which closes it.
    dialog?.querySelector<HTMLElement>('input:not([type=hidden]), textarea, select')?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      {...('id' in label ? { 'aria-labelledby': label.id } : { 'aria-label': label.text })}
      onCancel={(event) => {
        event.preventDefault();
        if (!held) close();
      }}
      onClick={(event) => !held && event.target === event.currentTarget && close()}
      className={`w-[calc(100%-2rem)] overflow-y-auto rounded-2xl border border-line bg-panel p-0 text-ink shadow-pop backdrop:bg-scrim ${className}`}
    >
      {children}
    </dialog>
  );
}

interface DialogProps {
  title: string;
  lead?: ReactNode;
  close: () => void;
  wide?: boolean;
  /** Closed by what is in it alone: neither by Escape nor by a click beside it. */
  held?: boolean;
  children?: ReactNode;
}

/** A window with a title. */
export function Dialog({ title, lead, close, wide, held, children }: DialogProps) {
  const id = useId();
  return (
    <Modal label={{ id }} close={close} held={held} className={`m-auto max-h-[90dvh] ${wide ? 'max-w-2xl' : 'max-w-md'}`}>
      <div className="space-y-4 p-5 sm:p-6">
        <div className="flex items-start justify-between gap-4">
          <h2 id={id} className="text-base font-semibold">
            {title}
          </h2>
          {!held && (
            <button
              type="button"
              aria-label="Close"
              onClick={close}
              className="-m-1.5 grid size-8 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink"
            >
              <X className="size-4" aria-hidden />
            </button>
          )}
        </div>
        {lead && <div className="text-mute text-pretty">{lead}</div>}
        {children}
      </div>
    </Modal>
  );
}

interface ConfirmProps {
  title: string;
  lead: ReactNode;
  /** What the button does, as "Delete the document". */
  label: string;
  act: () => Promise<unknown>;
  close: () => void;
  wide?: boolean;
  /** Of the button: `danger` unless what it does can be undone. */
  look?: ButtonLook;
  /** Whether what is asked about is not known yet. */
  pending?: boolean;
  children?: ReactNode;
}

/** Asks before what is hard to undo. It stays open where that is refused, and says why. */
export function Confirm({ title, lead, label, act, close, wide, look = 'danger', pending = false, children }: ConfirmProps) {
  const acting = useMutation({ mutationFn: act, onSuccess: close });
  return (
    <Dialog title={title} lead={lead} close={close} wide={wide ?? false}>
      {children}
      <Refusal error={acting.error} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={close}>Cancel</Button>
        <Button look={look} disabled={acting.isPending || pending} onClick={() => acting.mutate()}>
          {label}
        </Button>
      </div>
    </Dialog>
  );
}
