import { ChevronDown, FileUp, Globe, MessagesSquare, Plus, TextCursorInput } from 'lucide-react';
import { useRef, useState } from 'react';
import { buttonLook } from '../ui/Button';
import { Menu, MenuContent, MenuItem, MenuTrigger } from '../ui/Menu';
import { chosen } from './dropped';
import { FaqDialog } from './FaqDialog';
import { PasteDialog } from './PasteDialog';
import type { Uploads } from './uploads';
import { WebsiteDialog } from './WebsiteDialog';

type Adding = 'text' | 'faq' | 'website';
const icon = 'size-4 text-mute';

/** All the ways in which something becomes known. */
export function AddMenu({ uploads }: { uploads: Uploads }) {
  const [adding, setAdding] = useState<Adding | null>(null);
  const files = useRef<HTMLInputElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const close = () => {
    setAdding(null);
    // Not before the window is gone, which keeps the focus inside.
    requestAnimationFrame(() => trigger.current?.focus());
  };
  return (
    <>
      <Menu>
        <MenuTrigger ref={trigger} className={buttonLook('primary', 'shrink-0')}>
          <Plus className="size-4" aria-hidden /> Add <ChevronDown className="-me-1 size-4 opacity-80" aria-hidden />
        </MenuTrigger>
        <MenuContent align="end">
          <MenuItem onSelect={() => files.current?.click()}>
            <FileUp className={icon} aria-hidden /> Upload files
          </MenuItem>
          <MenuItem onSelect={() => setAdding('website')}>
            <Globe className={icon} aria-hidden /> Read a website
          </MenuItem>
          <MenuItem onSelect={() => setAdding('faq')}>
            <MessagesSquare className={icon} aria-hidden /> Write questions and answers
          </MenuItem>
          <MenuItem onSelect={() => setAdding('text')}>
            <TextCursorInput className={icon} aria-hidden /> Paste a text
          </MenuItem>
        </MenuContent>
      </Menu>
      <FilePicker ref={files} uploads={uploads} />
      {adding === 'text' && <PasteDialog close={close} />}
      {adding === 'faq' && <FaqDialog close={close} />}
      {adding === 'website' && <WebsiteDialog close={close} />}
    </>
  );
}

/** Many at once. What is in a file decides what it is, so that none is hidden by its name. */
export function FilePicker({ ref, uploads }: { ref: React.Ref<HTMLInputElement>; uploads: Uploads }) {
  return (
    <input
      ref={ref}
      type="file"
      multiple
      hidden
      aria-label="Files to upload"
      onChange={({ currentTarget }) => {
        uploads.add(chosen(currentTarget.files ?? []));
        currentTarget.value = '';
      }}
    />
  );
}
