import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { box } from '../ui/Inputs';
import { NAME_CHARS, takenName, useSavedViews, type Shelf } from './views';

const taken = (name: string | undefined) => (name === undefined ? undefined : `There is already a view called ${name}.`);

/** Keeps what is shown under a name. */
export function SaveView<S extends object>({ shelf, search, close }: { shelf: Shelf<S>; search: S; close: () => void }) {
  const [views, save] = useSavedViews(shelf);
  const [name, setName] = useState('');
  const [fault, setFault] = useState<string>();
  return (
    <Dialog title="Save this view" lead="For you alone, in this browser." close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          const all = [...views, { name: name.trim(), search }];
          const found = taken(takenName(all.map((one) => one.name), shelf.parts));
          setFault(found);
          if (found) return;
          save(all);
          close();
        }}
      >
        <Field label="Name" required pattern=".*\S.*" maxLength={NAME_CHARS} value={name} fault={fault} onChange={({ target }) => setName(target.value)} placeholder={shelf.example} />
        <Ends close={close} label="Save the view" />
      </form>
    </Dialog>
  );
}

/** Renames and deletes views; nothing changes before it is saved. */
export function EditViews<S extends object>({ shelf, close }: { shelf: Shelf<S>; close: () => void }) {
  const [views, save] = useSavedViews(shelf);
  const [draft, setDraft] = useState(() => views.map((view) => ({ ...view, was: view.name })));
  const [fault, setFault] = useState<string>();
  return (
    <Dialog title="Saved views" close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          const all = draft.map(({ name, search }) => ({ name: name.trim(), search }));
          const found = taken(takenName(all.map(({ name }) => name), shelf.parts));
          setFault(found);
          if (found) return;
          save(all);
          close();
        }}
      >
        <ul className="space-y-2">
          {draft.map(({ name, was }) => (
            <li key={was} className="flex items-center gap-1">
              <input
                aria-label={`Name of ${was}`}
                required
                pattern=".*\S.*"
                maxLength={NAME_CHARS}
                value={name}
                onChange={({ target }) => setDraft(draft.map((one) => (one.was === was ? { ...one, name: target.value } : one)))}
                className={`${box} h-10 min-w-0 flex-1`}
              />
              <button
                type="button"
                aria-label={`Delete ${was}`}
                onClick={() => setDraft(draft.filter((one) => one.was !== was))}
                className="grid size-9 shrink-0 place-items-center rounded-md text-mute hover:bg-sunken hover:text-ink"
              >
                <Trash2 className="size-4" aria-hidden />
              </button>
            </li>
          ))}
        </ul>
        {draft.length === 0 && <p className="text-mute">None is left.</p>}
        {fault && (
          <p role="alert" className="text-xs text-bad">
            {fault}
          </p>
        )}
        <Ends close={close} label="Save" />
      </form>
    </Dialog>
  );
}

function Ends({ close, label }: { close: () => void; label: string }) {
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={close}>Cancel</Button>
      <Button type="submit" look="primary">
        {label}
      </Button>
    </div>
  );
}
