import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '../api/client';
import { useMay } from '../app/permission';
import { Unpriced } from '../ledger/Unpriced';
import { Button, buttonLook } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Field } from '../ui/Field';
import { Group } from '../ui/Group';
import { Refusal } from '../ui/Notice';
import type { Usage } from './api';
import { UsageList } from './UsageList';
import { dollarsOf, nanosOf } from './words';

/** What models cost this month, the bound the workspace sets to that, and the way to each call. */
export function CostPart({ usage }: { usage: Usage }) {
  const [may, [changing, setChanging]] = [useMay('billing:budget'), useState(false)];
  const limits = usage.limits.filter(({ quota }) => quota === 'cost_per_month');
  const budget = limits[0]?.limit ?? null;
  return (
    <Group
      title="Model costs"
      lead="Calls under way count at what they may cost at most. At the budget no more are made, and visitors are handed over to your team."
      action={
        <div className="flex flex-wrap gap-2">
          {may && <Button onClick={() => setChanging(true)}>{budget === null ? 'Set a budget' : 'Change the budget'}</Button>}
          <Link to="/billing/ledger" className={buttonLook('plain')}>
            Open the ledger
          </Link>
        </div>
      }
    >
      <Unpriced models={usage.unpriced} />
      <UsageList usage={{ ...usage, limits }} />
      {changing && <BudgetChange budget={budget} close={() => setChanging(false)} />}
    </Group>
  );
}

function BudgetChange({ budget, close }: { budget: number | null; close: () => void }) {
  const [api, queries] = [useApi(), useQueryClient()];
  const [typed, setTyped] = useState(budget === null ? '' : dollarsOf(budget));
  const nanos = nanosOf(typed);
  const set = useMutation({
    mutationFn: (monthly_nanos: number | null) => api.put('/api/billing/budget', { monthly_nanos }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['billing'] });
      close();
    },
  });
  const isWrong = typed.trim() !== '' && nanos === null;
  return (
    <Dialog title="Monthly budget" lead="It counts at once, and begins anew with each month. You are told at 80 percent of it, and when it is spent." close={close}>
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (nanos !== null) set.mutate(nanos);
        }}
      >
        <Field
          label="US dollars a month"
          inputMode="decimal"
          autoComplete="off"
          required
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
          fault={isWrong ? 'An amount such as 20 or 20.50, up to 1,000,000.' : undefined}
          hint="With 0 no call that costs anything is made."
        />
        <Refusal error={set.error} />
        <div className="flex flex-wrap justify-end gap-2">
          {budget !== null && (
            <Button className="me-auto" disabled={set.isPending} onClick={() => set.mutate(null)}>
              Remove the budget
            </Button>
          )}
          <Button onClick={close}>Cancel</Button>
          <Button look="primary" type="submit" disabled={set.isPending || nanos === null}>
            Set the budget
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
