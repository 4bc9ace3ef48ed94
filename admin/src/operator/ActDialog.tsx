import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldsOf } from '../auth/fields';
import { Button, buttonLook } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Select, Switch, TextArea } from '../ui/Inputs';
import { Refusal } from '../ui/Notice';
import { accessQuery, actAs, type Tenant } from './api';
import { consoleAs } from './OpenAccess';

const MINUTES = [15, 30, 60];

/** Asks why, for how long, and whether more than reading. */
export function ActDialog({ tenant, close }: { tenant: Tenant; close: () => void }) {
  const queries = useQueryClient();
  const [mayWrite, setMayWrite] = useState(false);
  const acting = useMutation({
    mutationFn: (wish: { reason: string; minutes: number; may_write: boolean }) => actAs(tenant.id, wish),
    onSuccess: () => queries.invalidateQueries({ queryKey: accessQuery.queryKey }),
  });
  if (acting.data) {
    return (
      <Dialog title={`You act as ${tenant.name}`} lead="It ends by itself. You can end it before, here or in the console." close={close}>
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Stay here</Button>
          <a href={consoleAs(acting.data.id)} target="_blank" rel="noopener" onClick={close} className={buttonLook('primary')}>
            Open the console
          </a>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={`Act as ${tenant.name}`} lead="The workspace reads your name and the reason in its audit log. Every request you make is noted." close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          const { reason = '', minutes = '' } = fieldsOf(event);
          acting.mutate({ reason: reason.trim(), minutes: Number(minutes), may_write: mayWrite });
        }}
      >
        <TextArea label="Reason" name="reason" required minLength={10} maxLength={500} rows={3} hint="10 to 500 characters, such as the ticket it is about." />
        <Select label="For" name="minutes" defaultValue={30}>
          {MINUTES.map((minutes) => (
            <option key={minutes} value={minutes}>
              {minutes} minutes
            </option>
          ))}
        </Select>
        <Switch
          label="Allow changes"
          hint="To spaces, to what they know, and to how tickets are sorted. Never to billing, members or credentials; nothing is said to visitors."
          checked={mayWrite}
          onChange={({ target }) => setMayWrite(target.checked)}
        />
        <Refusal error={acting.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" disabled={acting.isPending}>
            Act as this workspace
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
