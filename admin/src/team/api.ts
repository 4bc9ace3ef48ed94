import { queryOptions } from '@tanstack/react-query';
import type { Api } from '../api/client';
import type { Page } from '../api/page';
import type { Role } from '../app/permission';

export interface Member {
  id: string;
  email: string;
  name: string;
  role: Role;
  joined_at: string;
}

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  inviter: string | null;
  created_at: string;
  expires_at: string;
}

export interface Team {
  id: string;
  name: string;
  members: string[];
  created_at: string;
}

const list = <T>(api: Api, key: string, path: string) =>
  queryOptions({
    queryKey: [key],
    queryFn: ({ signal }) => api.get<Page<T>>(path, signal),
    select: ({ items }) => items,
  });

export const membersQuery = (api: Api) => list<Member>(api, 'members', '/api/team/members');
export const invitationsQuery = (api: Api) => list<Invitation>(api, 'invitations', '/api/team/invitations');
export const teamsQuery = (api: Api) => list<Team>(api, 'teams', '/api/team/teams');
