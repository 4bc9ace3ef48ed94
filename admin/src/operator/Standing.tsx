import { Tag } from '../ui/Tag';
import type { Tenant } from './api';
import { STATUSES } from './wanted';

const LOOKS: Record<string, 'plain' | 'accent' | 'good' | 'warn' | 'bad'> = {
  trialing: 'accent',
  active: 'good',
  past_due: 'warn',
  unpaid: 'bad',
};

/** How a workspace and its subscription stand, where there is something to say. */
export function Standing({ tenant: { status, subscription, cancels } }: { tenant: Tenant }) {
  return (
    <>
      {status !== 'active' && <Tag look="bad">{status}</Tag>}
      {subscription && <Tag look={LOOKS[subscription] ?? 'plain'}>{STATUSES[subscription] ?? subscription}</Tag>} {cancels && subscription !== 'canceled' && <Tag look="warn">Leaves</Tag>}
    </>
  );
}
