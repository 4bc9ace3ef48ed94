import { useSessionState } from '../auth/session';

/** From the highest down. */
export const ROLES = ['owner', 'admin', 'agent', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** The lowest role that has each; the server decides, this only spares people what it would refuse. */
const LEAST = {
  'conversations:write': 'agent',
  'tickets:write': 'agent',
  'tickets:configure': 'admin',
  'contacts:merge': 'admin',
  'spaces:write': 'admin',
  'knowledge:write': 'admin',
  'team:read': 'viewer',
  'team:write': 'admin',
  'keys:read': 'admin',
  'keys:write': 'admin',
  'audit:read': 'admin',
  'billing:read': 'admin',
  'billing:write': 'owner',
  'billing:budget': 'owner',
  'workspace:write': 'owner',
} as const satisfies Record<string, Role>;
export type Permission = keyof typeof LEAST;

const rank = (role: string) => ROLES.findIndex((known) => known === role);

export function may(role: string, permission: Permission): boolean {
  return rank(role) >= 0 && rank(role) <= rank(LEAST[permission]);
}

/** Whether who is logged in may do this. */
export function useMay(permission: Permission): boolean {
  const state = useSessionState();
  if (state.phase !== 'in') return false;
  return state.acting ? state.acting.permissions.includes(permission) : may(state.tenant.role, permission);
}
