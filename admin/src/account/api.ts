import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Identity } from '../auth/session';

export interface Membership {
  tenant: string;
  name: string;
  role: string;
}

export interface Me extends Identity {
  memberships: Membership[];
}

export interface OpenSession {
  id: string;
  device: string;
  address: string | null;
  workspace: string;
  began_at: string;
  last_used_at: string;
  current: boolean;
}

export interface Proposal {
  secret: string;
  url: string;
  qr: { size: number; path: string };
}

export interface Proof {
  password: string;
  code: string;
}

export const meQuery = (api: Api) =>
  queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => api.get<Me>('/api/auth/me', signal), staleTime: 60_000 });

export interface Notifications {
  /** A mail when a visitor begins to wait and nobody who may answer is there. */
  waiting_mail: boolean;
  deadline_mail: boolean;
  ticket_mail: boolean;
}

export const notificationsQuery = (api: Api) =>
  queryOptions({ queryKey: ['notifications'], queryFn: ({ signal }) => api.get<Notifications>('/api/auth/notifications', signal) });

export const sessionsQuery = (api: Api) =>
  queryOptions({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => api.get<{ items: OpenSession[] }>('/api/auth/sessions', signal),
    select: ({ items }) => items,
  });

export const factorQuery = (api: Api) =>
  queryOptions({
    queryKey: ['second-factor'],
    queryFn: ({ signal }) => api.get<{ enabled: boolean; recovery_codes: number }>('/api/auth/second-factor', signal),
  });
