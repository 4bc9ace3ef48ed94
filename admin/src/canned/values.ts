import { useQuery } from '@tanstack/react-query';
import { useApi } from '../api/client';
import { useSessionState } from '../auth/session';
import type { Conversation } from '../inbox/api';
import { spacesQuery } from '../spaces/api';
import type { Values } from './variables';

/** What the variables stand for in a conversation, said by who is logged in. */
export function useValues({ name, email, space }: Pick<Conversation, 'name' | 'email' | 'space'>): Values {
  const session = useSessionState();
  const { data: spaces = [] } = useQuery(spacesQuery(useApi()));
  return {
    'visitor.name': name,
    'visitor.email': email,
    'agent.name': session.phase === 'in' ? session.user.name : null,
    'space.name': spaces.find(({ id }) => id === space)?.name,
  };
}
