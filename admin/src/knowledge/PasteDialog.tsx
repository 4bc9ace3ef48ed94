import { TextArea } from '../ui/Inputs';
import { WriteDialog } from './WriteDialog';

/** A text becomes a document. */
export function PasteDialog({ close }: { close: () => void }) {
  return (
    <WriteDialog
      how="text"
      title="Paste a text"
      lead="It becomes a document. The same title again is a new version of it."
      example="Opening hours"
      empty={{ title: '', text: '' }}
      body={(draft) => draft}
      label={() => 'Add the text'}
      close={close}
    >
      {(draft, write) => (
        <TextArea
          label="Text"
          required
          rows={12}
          value={draft.text}
          onChange={({ target }) => write({ ...draft, text: target.value })}
          hint="Markdown or plain text. Headings help to find the right passage."
        />
      )}
    </WriteDialog>
  );
}
