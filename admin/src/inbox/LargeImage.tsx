import { Download, X } from 'lucide-react';
import { Modal } from '../ui/Dialog';
import type { Attachment } from './api';

const act = 'grid size-9 shrink-0 place-items-center rounded-lg text-mute hover:bg-sunken hover:text-ink';

/** An image as large as the window lets it be. */
export function LargeImage({ of: { name, url, width, height }, close }: { of: Attachment; close: () => void }) {
  return (
    <Modal label={{ text: name }} close={close} className="m-auto max-h-[96dvh] max-w-fit min-w-72">
      <div className="flex items-center gap-1 border-b border-line p-1.5 ps-4">
        <bdi className="min-w-0 flex-1 truncate font-medium">{name}</bdi>
        <a href={url} download={name} aria-label={`Save ${name}`} title="Save" className={act}>
          <Download className="size-4" aria-hidden />
        </a>
        <button type="button" aria-label="Close" title="Close" onClick={close} className={act}>
          <X className="size-4" aria-hidden />
        </button>
      </div>
      <img src={url} alt={name} width={width} height={height} className="mx-auto block h-auto max-h-[calc(96dvh-3.5rem)] w-auto max-w-full object-contain" />
    </Modal>
  );
}
