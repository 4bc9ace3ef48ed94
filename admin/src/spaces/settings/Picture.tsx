import { ImageUp, Trash2 } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { Button } from '../../ui/Button';
import { useDraft, useField } from './Draft';
import { inkOn } from './ink';
import { shrunk } from './shrink';

/** The bot's picture; without one, the first letter of its name. */
export function Picture() {
  const { value, change, fault } = useField<string | null>('settings.bot_avatar');
  const { value: name } = useField<string>('settings.bot_name');
  const { colour } = useDraft();
  const input = useRef<HTMLInputElement>(null);
  const [failed, setFailed] = useState<string>();
  const [id, said] = [useId(), useId()];
  const choose = async (file: File | undefined) => {
    if (!file) return;
    setFailed(undefined);
    try {
      change(await shrunk(file));
    } catch {
      setFailed('This file could not be read as a picture. Choose a PNG, JPEG or WebP.');
    }
  };
  const wrong = failed ?? fault;
  return (
    <div role="group" aria-labelledby={id} aria-describedby={said}>
      <div id={id} className="mb-1.5 text-sm font-medium">
        Picture of the bot
      </div>
      <div className="flex items-center gap-3">
        {value ? (
          <img src={value} alt="The picture now" className="size-12 rounded-xl border border-line object-cover" />
        ) : (
          <span aria-hidden className="grid size-12 place-items-center rounded-xl text-lg font-semibold" style={{ background: colour, color: inkOn(colour) }}>
            {[...name.trim()][0]}
          </span>
        )}
        <input
          ref={input}
          type="file"
          accept="image/png,image/jpeg,image/webp,image/gif"
          aria-label="Picture of the bot"
          className="sr-only"
          tabIndex={-1}
          onChange={({ target }) => {
            void choose(target.files?.[0]);
            // The same file may be chosen again.
            target.value = '';
          }}
        />
        <Button onClick={() => input.current?.click()}>
          <ImageUp className="size-4" aria-hidden /> {value ? 'Change' : 'Choose a picture'}
        </Button>
        {value && (
          <Button look="quiet" onClick={() => change(null)}>
            <Trash2 className="size-4" aria-hidden /> Remove
          </Button>
        )}
      </div>
      <p id={said} role={wrong ? 'alert' : undefined} className={`mt-1.5 text-xs ${wrong ? 'text-bad' : 'text-mute'}`}>
        {wrong ?? 'Cut to a square. Without one, the first letter of the name stands there.'}
      </p>
    </div>
  );
}
