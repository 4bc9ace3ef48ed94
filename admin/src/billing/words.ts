import { inJson, money, nanoDollars } from '../ui/money';
import type { Plan, Quota, Standing } from './api';

const whole = new Intl.NumberFormat();

/** What a quota is called, and how a plan says it: of one, and of more. */
const QUOTAS: Record<Quota, { name: string; of: [one: string, more: string]; at: string }> = {
  messages_per_month: {
    name: 'Messages this month',
    of: ['message a month', 'messages a month'],
    at: 'Visitors are handed over to your team instead of the bot.',
  },
  spaces: { name: 'Chat spaces', of: ['chat space', 'chat spaces'], at: 'All that are there stay; another one needs a larger plan.' },
  documents_per_space: { name: 'Documents in the fullest space', of: ['document in each space', 'documents in each space'], at: 'All that are there stay; that space takes no more.' },
  documents_per_month: { name: 'New documents this month', of: ['new document a month', 'new documents a month'], at: 'Those that are there can still be changed.' },
  storage_mb: { name: 'Storage', of: ['storage', 'storage'], at: 'All that is there stays; nothing larger is taken.' },
  drive_folders: { name: 'Google Drive folders', of: ['Google Drive folder', 'Google Drive folders'], at: 'All that are there stay.' },
  cost_per_month: { name: 'Model costs this month', of: ['for models a month', 'for models a month'], at: 'Visitors are handed over to your team instead of the bot; answers that cost nothing go on.' },
  queries_per_day: { name: 'Playground questions today', of: ['playground question a day', 'playground questions a day'], at: 'The playground and programs find nothing more today.' },
};

export const nameOf = (quota: Quota) => QUOTAS[quota].name;

/** What happens at the limit, which is reached. */
export const thenOf = ({ quota, used, limit }: Standing) => `${used < (limit ?? 0) ? 'What is left is too little for another call. ' : ''}${QUOTAS[quota].at}`;

/** A number of a quota: storage by its size, nano-dollars as money. */
export function amount(quota: Quota, number: number): string {
  if (quota === 'cost_per_month') return nanoDollars(number);
  if (quota !== 'storage_mb') return whole.format(number);
  return number >= 1000 && number % 100 === 0 ? `${whole.format(number / 1000)} GB` : `${whole.format(number)} MB`;
}

/** "80 of 100", or "80" where there is no limit. */
export const usedOf = ({ quota, used, limit }: Standing) => (limit === null ? amount(quota, used) : `${amount(quota, used)} of ${amount(quota, limit)}`);

/** What a plan gives, a line each. */
export function given(plan: Plan): string[] {
  const limits = plan.limits.map(({ quota, limit }) => `${limit === null ? 'Unlimited' : amount(quota, limit)} ${QUOTAS[quota].of[limit === 1 ? 0 : 1]}`);
  const own = plan.features.white_label ? ['Your name alone in the chat'] : [];
  return [...limits, `${whole.format(plan.api_calls_per_hour)} API calls an hour`, `${plan.job_shares}× share of background work`, ...own];
}

/** A price by the month, with the decimals that it has. */
export function price({ price, currency }: Plan): string {
  return money({ amount: price, currency }, true);
}

/** When a period ends, by the clock of the workspace. */
export function resets(at: string, timeZone: string): string {
  return new Date(at).toLocaleString(undefined, { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', timeZone });
}

/** The most that a budget may be, in dollars. */
const MOST = 1_000_000n;
const NANOS = 1_000_000_000n;

/** What somebody typed as dollars, in nano-dollars; null where it is no amount with up to nine decimals. */
export function nanosOf(typed: string): number | null {
  const [, whole = '', decimals = ''] = /^\s*\$?\s*(\d{1,7})(?:\.(\d{0,9}))?\s*$/.exec(typed.replaceAll(',', '')) ?? [];
  if (!whole) return null;
  const nanos = BigInt(whole) * NANOS + BigInt(decimals.padEnd(9, '0'));
  return nanos <= MOST * NANOS ? inJson(nanos) : null;
}

/** The same back, with two decimals or as many as it takes. */
export function dollarsOf(nanos: number): string {
  const all = BigInt(nanos);
  const decimals = String(all % NANOS).padStart(9, '0').replace(/0+$/, '').padEnd(2, '0');
  return `${all / NANOS}.${decimals}`;
}
