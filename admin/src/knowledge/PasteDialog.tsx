import { useSpace } from '../spaces/api';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { useDraft } from './draft';
import { useAdd } from './useAdd';

/** A text becomes a document. */
export function PasteDialog({ close }: { close: () => void }) {
  const [draft, write, drop] = useDraft(`text ${useSpace().id}`, { title: '', text: '' });
  const add = useAdd('text', () => {
    drop();
    close();
  });
  return (
    <Dialog wide title="Paste a text" lead="It becomes a document. The same title again is a new version of it." close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate(draft);
        }}
      >
        <Field
          label="Title"
          required
          maxLength={200}
          value={draft.title}
          onChange={({ target }) => write({ ...draft, title: target.value })}
          placeholder="Opening hours"
        />
        <TextArea
          label="Text"
          required
          rows={12}
          value={draft.text}
          onChange={({ target }) => write({ ...draft, text: target.value })}
          hint="Markdown or plain text. Headings help to find the right passage."
        />
        <Refusal error={add.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={add.isPending}>
            Add the text
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
