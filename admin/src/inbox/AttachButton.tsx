import { Paperclip } from 'lucide-react';
import { useRef } from 'react';
import { ACCEPTED } from './attaching';

/** Chooses files to attach. */
export function AttachButton({ add }: { add: (files: File[]) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        aria-label="Attach files"
        title="Attach files"
        onClick={() => picker.current?.click()}
        className="ms-1 grid size-7 place-items-center rounded-md text-mute hover:bg-sunken hover:text-ink"
      >
        <Paperclip className="size-3.5" aria-hidden />
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        accept={ACCEPTED}
        onChange={({ target }) => {
          add([...(target.files ?? [])]);
          // So that the same file can be chosen again.
          target.value = '';
        }}
      />
    </>
  );
}
