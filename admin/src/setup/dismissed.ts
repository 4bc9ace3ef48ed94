import { Kept, useKept } from '../app/kept';

/** The workspaces whose list was put away in this browser. */
const dismissed = new Kept<readonly string[]>('parlance.setup.dismissed', (stored) =>
  Array.isArray(stored) ? stored.filter((one): one is string => typeof one === 'string') : [],
);

export function useDismissed(tenant: string): [boolean, () => void] {
  const all = useKept(dismissed);
  return [all.includes(tenant), () => dismissed.set([...all, tenant])];
}
